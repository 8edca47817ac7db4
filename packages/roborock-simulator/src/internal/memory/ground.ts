import * as Broker from "@effect-mqtt/broker/Broker"
import { TransportError } from "@effect-mqtt/connection/MqttError"
import * as Transport from "@effect-mqtt/connection/Transport"
import type { LocalNetwork } from "@effect-mqtt/roborock/LocalNetwork"
import type * as HttpApp from "@effect/platform/HttpApp"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { BrokerAccess, BrokerHost, Ground } from "../../Ground.ts"
import { type EmbeddedHost, makeEmbeddedHost } from "../simulation/brokerHost.ts"
import { makeMemoryHome } from "./home.ts"
import { fromHttpApp } from "./httpClient.ts"

const baseUrl = "http://roborock.test"
const mqttUrl = "tcp://roborock.test:1883"

interface Running {
  readonly broker: Broker.Broker["Type"]
  readonly transport: Transport.Transport["Type"]
}

export interface MemoryGround extends Ground {
  readonly transport: Transport.Transport["Type"]
  readonly httpClient: HttpClient.HttpClient
  readonly localNetwork: LocalNetwork["Type"]
}

const run = (access: BrokerAccess) =>
  Effect.gen(function*() {
    const broker = yield* Broker.make(access)
    const transport = Context.get(yield* Layer.build(Transport.layerMemory(broker.serve)), Transport.Transport)
    return { broker, transport }
  })

/** A ground without sockets. Its client and its transport fail as an unplugged machine's until the simulator is up. */
export const makeMemoryGround: Effect.Effect<MemoryGround, never, Scope.Scope> = Effect.map(
  makeMemoryHome,
  ({ home, network }) => {
    let host: EmbeddedHost<Running> | undefined
    let app: HttpApp.Default | undefined

    return {
      home,
      localNetwork: network,
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
        open: (endpoint) =>
          Effect.flatMap(
            host?.current ?? Effect.succeed(undefined),
            (running) =>
              running === undefined ? new TransportError({ reason: "Open" }) : running.transport.open(endpoint)
          )
      },
      httpClient: fromHttpApp(() => app, baseUrl)
    }
  }
)
