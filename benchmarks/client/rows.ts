/** What is measured, and how good it has to be. */
import type { ProtocolVersion, QoS } from "@effect-mqtt/codec"
import type { Api, Job } from "./job.ts"

/** What a figure is, and how it is compared with MQTT.js. */
export type Measure =
  /** Messages in a second: how many times as many. */
  | "rate"
  /** CPU time of a message: which share of the rival's. */
  | "cpu"
  /** Of `detail` or the time on the wall: which share of the rival's. */
  | "share"
  /** `detail` itself, in microseconds. */
  | "micros"
  /** The time to take a session up again: how many times as fast. */
  | "resume"
  /** Of a bundle, minified and compressed, in kB. */
  | "size"

export interface Target {
  readonly measure: Exclude<Measure, "size">
  readonly idiomatic: number
  readonly chunked?: number
}

export interface Row {
  readonly name: string
  readonly server: "stub" | "mosquitto"
  readonly job: Omit<Job, "api" | "port">
  readonly targets: ReadonlyArray<Target>
  /** How many times the messages of MQTT.js the others get; the bare socket as many as the chunked client. */
  readonly times: Readonly<Record<Api, number>>
  /** Whether the bare socket is measured, too. */
  readonly reference: boolean
}

/** Enough for the optimising compiler to be done before, and not to matter during the measurement. */
const messages: Record<QoS.QoS, Pick<Job, "count" | "warmUp" | "inFlight">> = {
  0: { count: 1_000_000, warmUp: 500_000, inFlight: 100 },
  1: { count: 300_000, warmUp: 200_000, inFlight: 100 },
  2: { count: 200_000, warmUp: 150_000, inFlight: 100 }
}

/** `rate`: how many times as fast as MQTT.js it has to be. It gets as many times the messages. */
const flow = (
  kind: "publish" | "receive",
  qos: QoS.QoS,
  version: ProtocolVersion.ProtocolVersion,
  rate: Readonly<Record<Api, number>>
): Row => ({
  name: `${kind} QoS ${qos} v${version}`,
  server: "stub",
  job: { kind, qos, version, ...messages[qos] },
  targets: [{ measure: "rate", ...rate }, { measure: "cpu", idiomatic: 0.5, chunked: 0.3 }],
  times: rate,
  // The bytes of the reference are those of version 4.
  reference: version === 4
})

const versions: ReadonlyArray<ProtocolVersion.ProtocolVersion> = [5, 4]

const flows = versions.flatMap((version) => [
  flow("publish", 0, version, { idiomatic: 3, chunked: 8 }),
  flow("publish", 1, version, { idiomatic: 2.5, chunked: 8 }),
  flow("publish", 2, version, { idiomatic: 2.5, chunked: 5 }),
  flow("receive", 0, version, { idiomatic: 2, chunked: 3 }),
  flow("receive", 1, version, { idiomatic: 4, chunked: 5 }),
  flow("receive", 2, version, { idiomatic: 5, chunked: 8 })
])

const single = (
  name: string,
  server: Row["server"],
  job: Partial<Job> & Pick<Job, "kind">,
  target: Target,
  times = 1,
  reference = false
): Row => ({
  name,
  server,
  job: { qos: 1, version: 5, count: 1, warmUp: 0, inFlight: 100, ...job },
  targets: [target],
  times: { idiomatic: times, chunked: times },
  reference
})

/** Those of MQTT.js take 44 ms each; ours are over before they are compiled, unless there are many more of them. */
const roundTrip = (qos: QoS.QoS, micros: number): Row =>
  single(
    `round trip QoS ${qos}`,
    "mosquitto",
    { kind: "roundTrip", qos, count: 100, warmUp: 50 },
    { measure: "micros", idiomatic: micros },
    100,
    true
  )

export const rows: ReadonlyArray<Row> = [
  ...flows,
  single("1 000 filters", "mosquitto", { kind: "spread", qos: 0, count: 100_000, warmUp: 50_000 }, {
    measure: "cpu",
    idiomatic: 0.9
  }),
  roundTrip(1, 130),
  roundTrip(2, 200),
  single("resume 10 000", "stub", { kind: "resume", count: 10_000, inFlight: 10_000 }, {
    measure: "resume",
    idiomatic: 30
  }),
  single("idle connection", "stub", { kind: "idle", count: 1000, warmUp: 10 }, { measure: "share", idiomatic: 1.2 }),
  single("start to CONNACK", "stub", { kind: "start" }, { measure: "share", idiomatic: 1.3 })
]
