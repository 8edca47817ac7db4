/** The records of outgoing QoS 1 and 2 exchanges, where the session is durable [5 §4.1]. */
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import * as Either from "effect/Either"
import type { StoreError } from "../../../MqttError.ts"
import type { Output } from "../output.ts"
import type { Persistence } from "../storing/persistence.ts"
import * as records from "../storing/records.ts"

/** What of an exchange is recorded. */
type Exchange = Pick<records.Outgoing, "sequence" | "id" | "message">

export interface OutgoingStore {
  /** What an earlier process left, in the order of sending. */
  readonly restored: ReadonlyArray<records.Outgoing>
  readonly nextSequence: () => number
  /** Records a message that is to be written next, or says why it cannot be; then nothing was. */
  readonly put: (
    now: number,
    exchange: Exchange,
    maxPacketBytes: number,
    then: (now: number) => void,
    failed: (now: number, error: StoreError) => void
  ) => CodecError.CodecError | undefined
  /** The server owns the message: its identifier is all that counts. */
  readonly release: (now: number, exchange: Exchange, then: (now: number) => void) => void
  /** The session is lost, the message is to be sent in the next one. */
  readonly requeue: (now: number, exchange: Exchange) => void
  readonly remove: (now: number, sequence: number, then?: (now: number) => void) => void
}

export const make = (
  persistence: Persistence,
  output: Output,
  restored: ReadonlyArray<records.Outgoing>
): OutgoingStore => {
  let last = restored.reduce((highest, { order, sequence }) => Math.max(highest, order, sequence), 0)
  return {
    restored,
    nextSequence: () => ++last,
    put: (now, { id, message, sequence }, maxPacketBytes, then, failed) => {
      const record: records.Outgoing = { id, message, sequence, order: sequence, state: "Published" }
      const change = records.putOutgoing(output.version(), record, maxPacketBytes)
      if (Either.isLeft(change)) return change.left
      persistence.append(now, [change.right], then, failed)
      return undefined
    },
    release: (now, { id, message, sequence }, then) => {
      const record: records.Outgoing = { id, message, sequence, order: ++last, state: "Released" }
      persistence.append(now, Either.match(records.putOutgoing(output.version(), record), justWritten), then)
    },
    requeue: (now, { message, sequence }) => {
      const record: records.Outgoing = { id: 0, message, sequence, order: sequence, state: "Queued" }
      persistence.append(now, Either.match(records.putOutgoing(output.version(), record), justWritten))
    },
    remove: (now, sequence, then) => persistence.append(now, [records.remove(records.outgoingKey(sequence))], then)
  }
}

/** A message of which a record was made before can be recorded again, unless the protocol version has changed. */
const justWritten = {
  onLeft: () => [],
  onRight: (change: ReturnType<typeof records.remove>) => [change]
}
