/** One publish on its way out: what its caller holds of it, and what the session knows of it. */
import type { Packet } from "@effect-mqtt/codec"
import type * as Either from "effect/Either"
import type { PublishResult } from "../../../Message.ts"
import type { PublishError } from "../../../MqttError.ts"
import type { Linked } from "../identifiers/exchanges.ts"
import type * as records from "../storing/records.ts"
import type { Queued } from "./sendQueue.ts"

/** A publish without its packet identifier, which it gets when it is written. */
export type Outgoing = Omit<Packet.Publish, "packetId" | "dup">

export type SettlePublish = (result: Either.Either<PublishResult, PublishError>) => void

/** With a payload that nobody else writes to. */
export const ownPayload = (message: Outgoing): Outgoing => ({ ...message, payload: new Uint8Array(message.payload) })

/** With this many seconds left of its expiry, rounded up. */
export const expiringIn = (message: Outgoing, seconds: number): Outgoing => ({
  ...message,
  properties: { ...message.properties, messageExpiryInterval: Math.ceil(seconds) }
})

const noPayload = new Uint8Array(0)
const ignore = () => {}

type State =
  | "Queued"
  /** PUBLISH is to be written, is written or has to be resent; nothing acknowledged it. */
  | "Published"
  /** QoS 2: the server owns the message, PUBREL has taken the place of PUBLISH. */
  | "Released"
  | "Done"

/** What a caller keeps of a publish. */
export interface Publication {
  /** Whether it still waits for its turn; else it is the session's, or settled. */
  readonly isQueued: boolean
  /** Ends the caller's wait. A message that waits for its turn is then never sent; any other exchange goes on. */
  readonly abandon: (now: number) => void
}

/** Where a publish waits for its turn. */
interface Owner {
  readonly withdraw: (now: number, entry: Entry) => void
}

export class Entry implements Queued, Publication, Linked<Entry> {
  message: Outgoing
  settle: SettlePublish
  state: State = "Queued"
  readonly size: number
  /** 0 until the message takes its place in the window. */
  id = 0
  /** Names its record in a durable store; 0 without one. */
  sequence = 0
  /** Nothing may be written before the record of its present state is durable; in memory it always is. */
  isStored = true
  /** The server may know the PUBLISH: another one has to say so [MQTT-3.3.1-1]. */
  isWritten = false
  /** Of the PUBREC, which says more of the message than PUBCOMP does. */
  reasonCode = 0
  withdrawn = false
  /** From when on its expiry counts; undefined once the server may know it [MQTT-4.3.3-7]. */
  submittedAt: number | undefined = undefined
  /** When it was written on this link, where it holds a place in the window; else undefined. */
  writtenAt: number | undefined = undefined
  before: Entry | undefined = undefined
  behind: Entry | undefined = undefined
  private readonly owner: Owner

  constructor(message: Outgoing, settle: SettlePublish, owner: Owner) {
    this.message = message
    this.settle = settle
    this.size = message.payload.length + message.topic.length
    this.owner = owner
  }

  /** Takes up what an earlier process has recorded of it. */
  restore({ id, sequence, state }: records.Outgoing): void {
    this.id = id
    this.sequence = sequence
    this.state = state
    this.isWritten = state !== "Queued"
  }

  /** It is a new message to a server that has forgotten it; its expiry goes on if the server never saw it. */
  requeue(): void {
    this.id = 0
    this.state = "Queued"
    if (this.isWritten) this.submittedAt = undefined
    this.isWritten = false
  }

  get isQueued(): boolean {
    return this.state === "Queued"
  }

  /** When its time is over; `Infinity` if it has no expiry that counts. */
  get expiresAt(): number {
    return (this.submittedAt ?? Infinity) + (this.message.properties?.messageExpiryInterval ?? Infinity) * 1000
  }

  isExpired(now: number): boolean {
    return this.expiresAt <= now
  }

  /** What it has waited is taken off its expiry [5 §3.3.2.3.3]. */
  age(now: number): void {
    const { expiresAt, submittedAt = now } = this
    if (expiresAt === Infinity || now <= submittedAt) return
    this.message = expiringIn(this.message, (expiresAt - now) / 1000)
    this.submittedAt = now
  }

  /** The exchange goes on without it. */
  dropPayload(): void {
    this.message = { ...this.message, payload: noPayload }
  }

  /** Its caller hears this, and no more. */
  leave(result: Parameters<SettlePublish>[0]): void {
    const { settle } = this
    this.settle = ignore
    settle(result)
  }

  abandon(now: number): void {
    // Written, it is the session's: the exchange goes on without its caller.
    this.settle = ignore
    if (this.state === "Queued") this.owner.withdraw(now, this)
  }
}

/** Of what was written, or refused, at once. */
export const settledPublication: Publication = { isQueued: false, abandon: ignore }
