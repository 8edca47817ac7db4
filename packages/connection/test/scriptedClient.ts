import { MqttClient } from "@effect-mqtt/connection"
import { Effect, Fiber } from "effect"
import * as Scripted from "./scriptedServer.ts"

export const options: MqttClient.Options = { url: "mqtt://memory", clientId: "me" }

/** A client whose server the test plays, connected. */
export const start = (
  overrides: Partial<MqttClient.Options> = {},
  connAck?: Parameters<Scripted.Server["accept"]>[0],
  version: 4 | 5 = 5
) =>
  Effect.gen(function*() {
    const server = yield* Scripted.make(version)
    const making = yield* Effect.fork(
      Effect.provide(MqttClient.make({ ...options, protocolVersion: version, ...overrides }), server.layer)
    )
    const link = yield* server.accept(connAck)
    return { server, link, client: yield* Fiber.join(making) }
  })

/** Lets every fiber that can go on do so. */
export const settle = Effect.repeatN(Effect.yieldNow(), 50)
