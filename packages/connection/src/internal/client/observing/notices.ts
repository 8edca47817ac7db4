/**
 * What happens inside a client that somebody outside may want to count or to hear of. A notice is
 * given synchronously, in the middle of the work that causes it: listeners must be quick, must not
 * throw and must not call back. What can happen for every message is told once a batch.
 */
import type * as Cause from "effect/Cause"
import type { AuthError, ConnectError, MqttError, PublishError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"

/** Where a client stands with its links. */
export type Progress =
  | { readonly _tag: "Connecting"; readonly attempt: number }
  /** A good CONNACK: subscriptions are on their way again, what is queued follows. */
  | { readonly _tag: "Connected"; readonly negotiated: Negotiated }
  | { readonly _tag: "LinkEnded"; readonly error: AuthError | ConnectError }
  | { readonly _tag: "PingSent" }
  | { readonly _tag: "PingAnswered"; readonly millis: number }
  /** The last notice: the client has given up, or was closed. */
  | { readonly _tag: "Over"; readonly error: AuthError | ConnectError | undefined }

/** What somebody may have to look into. */
export type Trouble =
  /** Messages that no handler will see. */
  | {
    readonly _tag: "Dropped"
    /**
     * - `Overflow`: a stream was full, and drops by its policy.
     * - `ReadAheadFull`: QoS 0 messages that fitted nowhere while reading could not stop.
     * - `Unclaimed`: no stream asked for them.
     * - `Refused`: a consumer said no to them, or left them behind.
     */
    readonly cause: "Overflow" | "ReadAheadFull" | "Unclaimed" | "Refused"
    /** Those of the stream; none where there is none. */
    readonly filters: ReadonlyArray<string>
    readonly count: number
  }
  /** A stream has been holding up others for so many milliseconds; told once, until it goes on. */
  | { readonly _tag: "SlowConsumer"; readonly filters: ReadonlyArray<string>; readonly millis: number }
  /** A message of an earlier run of the program, for which nobody waits any more, could not be sent. */
  | { readonly _tag: "Unattended"; readonly error: PublishError }
  /** Filters cover each other where the server names no subscription: their streams may see repeats. */
  | { readonly _tag: "OverlappingFilters"; readonly filters: readonly [string, string] }

/** A hook of the options failed or died; it is written to the log where that happens. */
export interface HookFailure {
  readonly _tag: "HookFailed"
  readonly hook: "onConnected" | "deadLetter"
  readonly cause: Cause.Cause<MqttError>
}

export type Notice = Progress | Trouble | HookFailure

const troubles: ReadonlySet<string> = new Set<Trouble["_tag"]>([
  "Dropped",
  "SlowConsumer",
  "Unattended",
  "OverlappingFilters"
])

export const isTrouble = (notice: Notice): notice is Trouble => troubles.has(notice._tag)

export type Notify = (notice: Notice) => void

export interface Listener {
  readonly onNotice: Notify
}

export class Notices {
  #listeners: ReadonlyArray<Listener> = []

  readonly notify: Notify = (notice) => {
    for (const listener of this.#listeners) listener.onNotice(notice)
  }

  listen(listener: Listener): void {
    // To push takes sixteen places more than are needed, in every client.
    this.#listeners = this.#listeners.concat(listener)
  }
}
