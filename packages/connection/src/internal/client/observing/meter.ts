/** Carries what a session has counted, and what it holds, into the metrics of the program, once a batch. */
import type * as MetricLabel from "effect/MetricLabel"
import * as ClientMetrics from "../../../ClientMetrics.ts"
import type { Session } from "../../../Session.ts"
import type { Traffic } from "../../session/traffic.ts"

const counters = [
  ["packetsSent", ClientMetrics.packetsSent],
  ["packetsReceived", ClientMetrics.packetsReceived],
  ["bytesSent", ClientMetrics.bytesSent],
  ["bytesReceived", ClientMetrics.bytesReceived],
  ["messagesReceived", ClientMetrics.messagesReceived],
  ["publishesOk", ClientMetrics.publishesOk],
  ["publishesFailed", ClientMetrics.publishesFailed]
] as const

export class Meter {
  readonly #session: Pick<Session, "inFlight" | "queued">
  readonly #labels: ReadonlyArray<MetricLabel.MetricLabel>
  readonly #traffic: Readonly<Traffic>
  readonly #counted: Array<number> = counters.map(() => 0)
  #roundTrips = 0
  #roundTripMillis = 0
  #inFlight = 0
  #queued = 0

  /** The labels are those of the fiber that makes the client. */
  constructor(
    session: Pick<Session, "traffic" | "inFlight" | "queued">,
    labels: ReadonlyArray<MetricLabel.MetricLabel>
  ) {
    this.#session = session
    this.#labels = labels
    this.#traffic = session.traffic()
  }

  update(): void {
    const labels = this.#labels
    const traffic = this.#traffic
    for (let index = 0; index < counters.length; index++) {
      const [name, counter] = counters[index]
      const more = traffic[name] - this.#counted[index]
      if (more === 0) continue
      this.#counted[index] += more
      counter.unsafeUpdate(more, labels)
    }
    const answered = traffic.roundTrips - this.#roundTrips
    if (answered > 0) {
      const millis = traffic.roundTripMillis - this.#roundTripMillis
      ClientMetrics.publishRoundTrip.unsafeUpdate(millis / answered, labels)
      this.#roundTrips = traffic.roundTrips
      this.#roundTripMillis = traffic.roundTripMillis
    }
    // All clients of the program share a gauge: each adds its part.
    const inFlight = this.#session.inFlight()
    if (inFlight !== this.#inFlight) {
      ClientMetrics.publishesInFlight.unsafeModify(inFlight - this.#inFlight, labels)
      this.#inFlight = inFlight
    }
    const queued = this.#session.queued()
    if (queued !== this.#queued) {
      ClientMetrics.publishesQueued.unsafeModify(queued - this.#queued, labels)
      this.#queued = queued
    }
  }
}
