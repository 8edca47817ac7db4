/**
 * What happens to a client, event by event.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import type { AuthError, ConnectError, MqttError, PublishError } from "./MqttError.ts"
import type { Negotiated } from "./Negotiated.ts"

/**
 * What has just happened. Each `Connecting` is followed by one `Connected` or `ConnectFailed`, unless the
 * client is closed meanwhile, and each `Connected` by one `Disconnected` with its cause. `Failed` or
 * `Closed` is the last.
 *
 * - `Connecting`: attempt number `attempt` of this outage begins.
 * - `Connected`: `epoch` counts the links of this client from 1.
 * - `SessionLost`: the server no longer had the session of the previous link; follows its `Connected`.
 * - `PingSent`, `PingAnswered`: by keep-alive or by `ping`; the round trip in whole milliseconds.
 * - `SlowConsumer`: a stream has held up others for `duration`; emitted once, until it moves on.
 * - `Dropped`: `count` messages that no handler will see, and why; `filters` are those of the stream.
 * - `OverlappingFilters`: the server does not say which of them a message is for, so streams may see repeats.
 * - `HookFailed`: `onConnected` or `deadLetter` of the options failed or died; it is in the log too.
 * - `Unattended`: a message of an earlier run of the program could not be sent.
 *
 * @since 0.1.0
 * @category models
 */
export type ClientEvent =
  | { readonly _tag: "Connecting"; readonly attempt: number }
  | { readonly _tag: "Connected"; readonly epoch: number; readonly negotiated: Negotiated }
  | { readonly _tag: "ConnectFailed"; readonly attempt: number; readonly error: AuthError | ConnectError }
  | { readonly _tag: "Disconnected"; readonly epoch: number; readonly error: AuthError | ConnectError }
  | { readonly _tag: "SessionLost"; readonly epoch: number }
  | { readonly _tag: "PingSent" }
  | { readonly _tag: "PingAnswered"; readonly roundTrip: Duration.Duration }
  | { readonly _tag: "SlowConsumer"; readonly filters: ReadonlyArray<string>; readonly duration: Duration.Duration }
  | {
    readonly _tag: "Dropped"
    readonly filters: ReadonlyArray<string>
    readonly cause: "Overflow" | "ReadAheadFull" | "Unclaimed" | "Refused"
    readonly count: number
  }
  | { readonly _tag: "OverlappingFilters"; readonly filters: readonly [string, string] }
  | {
    readonly _tag: "HookFailed"
    readonly hook: "onConnected" | "deadLetter"
    readonly cause: Cause.Cause<MqttError>
  }
  | { readonly _tag: "Unattended"; readonly error: PublishError }
  | { readonly _tag: "Failed"; readonly error: AuthError | ConnectError }
  | { readonly _tag: "Closed" }
