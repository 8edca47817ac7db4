/** Runs the table on a broker. */
import type { MqttError } from "@effect-mqtt/connection"
import { describe, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { Scope } from "effect"
import type { Broker, Certificate } from "../brokers/broker.ts"
import type { Capabilities } from "../brokers/capabilities.ts"
import type { BrokerError } from "../brokers/process.ts"
import { scenarios } from "./scenarios.ts"
import { certificate } from "./target.ts"

const links = ["tcp", "tls", "ws", "wss"] as const

export const table = <B extends Broker>({ also = {}, can, make, userName, version }: {
  readonly can: Capabilities
  readonly userName: string
  /** Undefined where the broker is not installed. */
  readonly version: string | undefined
  readonly make: (certificate: Certificate) => Effect.Effect<B, BrokerError, Scope.Scope>
  /** What only this broker has. */
  readonly also?: Readonly<Record<string, (broker: B) => Effect.Effect<void, MqttError.MqttError, Scope.Scope>>>
}): void => {
  console.log(version === undefined ? `skipped, not installed: ${can.name}` : `broker: ${version}`)
  const tls = certificate
  if (tls === undefined) return
  const Running = Context.GenericTag<B>("@effect-mqtt/interop/Running")
  // Brokers by other hands are where the machine has them.
  describe.skipIf(version === undefined)(can.name, () => {
    layer(Layer.scoped(Running, make(tls)), { excludeTestServices: true, timeout: "150 seconds" })((it) => {
      for (const { name, onEveryLink, run } of scenarios) {
        for (const protocol of can.versions) {
          for (const link of links.filter((each) => each === "tcp" || onEveryLink === true)) {
            it.scoped(`MQTT ${protocol === 4 ? "3.1.1" : "5.0"} over ${link}: ${name}`, () =>
              Effect.flatMap(Running, (broker) => run({ broker, can, link, userName, version: protocol })))
          }
        }
      }
      for (const [name, run] of Object.entries(also)) it.scoped(name, () => Effect.flatMap(Running, run))
    })
  })
}
