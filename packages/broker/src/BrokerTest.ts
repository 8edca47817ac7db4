/**
 * Everything that a program with an `MqttClient` needs to run in a test.
 *
 * @since 0.1.0
 */
import * as MqttClient from "@effect-mqtt/connection/MqttClient"
import type { AuthError, ConnectError } from "@effect-mqtt/connection/MqttError"
import type { Transport } from "@effect-mqtt/connection/Transport"
import * as Layer from "effect/Layer"
import * as Broker from "./Broker.ts"
import * as Recorder from "./Recorder.ts"

/**
 * How client and broker differ from their defaults.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly client?: Partial<MqttClient.Options> | undefined
  readonly broker?: Broker.Options | undefined
  /** The filter of what is recorded. @default "#" */
  readonly record?: string | undefined
}

/**
 * A connected `MqttClient`, the broker in memory that it is connected to, and a recorder of what is
 * published. No port and no waiting: all timing follows the program's `Clock`, so under `TestClock`
 * the test decides when keep-alive, expiry and reconnects are due. Nobody moves that clock while the
 * layer is released, so the client then does not wait for acknowledgements (`drainTimeout` is 0). The
 * `Transport` makes further clients of the same broker.
 *
 * @example
 * ```ts
 * import { BrokerTest, Recorder } from "@effect-mqtt/broker"
 * import { MqttClient } from "@effect-mqtt/connection"
 * import { Effect } from "effect"
 *
 * export const test = Effect.gen(function*() {
 *   const client = yield* MqttClient.MqttClient
 *   yield* client.publish("home/lamp", "on", { qos: 1 })
 *   const recorder = yield* Recorder.Recorder
 *   yield* recorder.expect({ topic: "home/lamp", payload: "on" })
 * }).pipe(Effect.provide(BrokerTest.layer()))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options = {}
): Layer.Layer<
  MqttClient.MqttClient | Broker.Broker | Recorder.Recorder | Transport,
  AuthError | ConnectError
> =>
  MqttClient.layer({ url: "mqtt://memory", drainTimeout: 0, ...options.client }).pipe(
    Layer.provideMerge(Recorder.layer(options.record)),
    Layer.provideMerge(Broker.layerMemory(options.broker))
  )
