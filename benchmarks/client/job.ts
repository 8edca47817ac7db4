/** What one process has to do, and what it says when it is done. Jobs travel as JSON on the command line. */
import type { ProtocolVersion, QoS } from "@effect-mqtt/codec"

/** How a program is written: message by message, or chunk by chunk. MQTT.js has callbacks and promises for these. */
export type Api = "idiomatic" | "chunked"

export interface Job {
  readonly kind: "publish" | "receive" | "spread" | "roundTrip" | "resume" | "idle" | "start"
  readonly api: Api
  readonly port: number
  readonly version: ProtocolVersion.ProtocolVersion
  readonly qos: QoS.QoS
  /** Messages (or connections) that count. */
  readonly count: number
  /** Those before, which only warm the code up. */
  readonly warmUp: number
  /** Most QoS 1 and 2 messages unacknowledged, in either direction. */
  readonly inFlight: number
}

/** What a client says of itself. */
export interface Report {
  /** CPU time of the process, garbage collection and compilation included, in microseconds. */
  readonly cpuMicros: number
  readonly wallMillis: number
  /** Messages that were published and acknowledged, or received, warming up included. */
  readonly messages: number
  /** Of latencies the median in microseconds, of memory the bytes of one connection. */
  readonly detail?: number | undefined
}

/** What the server saw since it was asked last. */
export interface Tally {
  readonly published: number
  /** Messages sent to the client for which everything was acknowledged; at QoS 0 those sent. */
  readonly delivered: number
  readonly cpuMicros: number
  /** From the second CONNECT to the last message that was sent again. */
  readonly resumeMillis: number
  readonly resent: number
  readonly resentWithDup: number
  readonly inOrder: boolean
}

export const payloadBytes = 64

/** Topics of the messages, all covered by {@link dataFilter}. */
export const topics: ReadonlyArray<string> = Array.from({ length: 100 }, (_, index) => `bench/${index}/state`)

export const dataFilter = "bench/+/state"

/** One message for each of {@link spreadFilters}. */
export const spreadTopics: ReadonlyArray<string> = Array.from({ length: 1000 }, (_, index) => `spread/${index}/state`)

export const spreadFilters: ReadonlyArray<string> = Array.from({ length: 1000 }, (_, index) => `spread/${index}/#`)

/** A message to it, at QoS 1, asks the stub to send messages; the payload is a {@link Wish}. */
export const sendTopic = "send"

/** A message to it is acknowledged and not counted: whoever has the acknowledgement knows that all before it came. */
export const endTopic = "end"

export interface Wish {
  readonly count: number
  readonly qos: QoS.QoS
  readonly inFlight: number
}
