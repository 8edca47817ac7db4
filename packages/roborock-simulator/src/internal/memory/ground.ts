import * as Broker from "@effect-mqtt/broker/Broker"
import { TransportError } from "@effect-mqtt/connection/MqttError"
import * as Transport from "@effect-mqtt/connection/Transport"
import type * as HttpApp from "@effect/platform/HttpApp"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import type { BrokerAccess, BrokerHost, Ground } from "../../Ground.ts"
import { type EmbeddedHost, makeEmbeddedHost } from "../simulation/brokerHost.ts"
import { fromHttpApp } from "./httpClient.ts"

const baseUrl = "http://roborock.test"
const mqttUrl = "tcp://roborock.test:1883"

export interface MemoryGround extends Ground {
  readonly transport: Transport.Transport["Type"]
  readonly httpClient: HttpClient.HttpClient
}

/** A ground without sockets. Its client and its transport fail as an unplugged machine's until the simulator is up. */
export const makeMemoryGround = (): MemoryGround => {
  let host: EmbeddedHost | undefined
  let app: HttpApp.Default | undefined
  const unplugged = new TransportError({ reason: "Open" })

  const run = (access: BrokerAccess) =>
    Effect.gen(function*() {
      const broker = yield* Broker.make(access)
      const scope = yield* Effect.scope
      // A connection ends with the scope of the broker, so that stopping leaves no fiber behind.
      return {
        ...broker,
        serve: (wire) => Effect.asVoid(Effect.forkIn(broker.serve(wire), scope))
      } satisfies typeof broker
    })

  return {
    broker: (access) =>
      Effect.map(makeEmbeddedHost(run(access)), (made): BrokerHost => {
        host = made
        return { ...made, url: mqttUrl }
      }),
    serve: (served) =>
      Effect.sync(() => {
        app = served
        return baseUrl
      }),
    transport: {
      open: () =>
        Effect.gen(function*() {
          const broker = yield* host?.current ?? Effect.succeed(undefined)
          if (broker === undefined) return yield* unplugged
          const [near, far] = yield* Transport.makePipe
          yield* broker.serve(far)
          return near
        })
    },
    httpClient: fromHttpApp(() => app, baseUrl)
  }
}
