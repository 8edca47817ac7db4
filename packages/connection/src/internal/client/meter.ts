/** Carries what a session has counted, and what it holds, into the metrics of the program, once a batch. */
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as ClientMetrics from "../../ClientMetrics.ts"
import type { Session } from "../../Session.ts"

const counters = [
  "packetsSent",
  "packetsReceived",
  "bytesSent",
  "bytesReceived",
  "messagesReceived",
  "publishesOk",
  "publishesFailed"
] as const

export interface Meter {
  readonly update: () => void
}

/** The tags are those of the fiber that makes the client. */
export const make = (session: Pick<Session, "traffic" | "inFlight" | "queued">): Effect.Effect<Meter> =>
  Effect.map(FiberRef.get(FiberRef.currentMetricLabels), (labels) => {
    const traffic = session.traffic()
    const counted = counters.map(() => 0)
    let roundTrips = 0
    let roundTripMillis = 0
    let inFlight = 0
    let queued = 0
    return {
      update: () => {
        for (let index = 0; index < counters.length; index++) {
          const name = counters[index]
          const more = traffic[name] - counted[index]
          if (more === 0) continue
          counted[index] += more
          ClientMetrics[name].unsafeUpdate(more, labels)
        }
        const answered = traffic.roundTrips - roundTrips
        if (answered > 0) {
          ClientMetrics.publishRoundTrip.unsafeUpdate((traffic.roundTripMillis - roundTripMillis) / answered, labels)
          roundTrips = traffic.roundTrips
          roundTripMillis = traffic.roundTripMillis
        }
        // All clients of the program share a gauge: each adds its part.
        const nowInFlight = session.inFlight()
        if (nowInFlight !== inFlight) {
          ClientMetrics.publishesInFlight.unsafeModify(nowInFlight - inFlight, labels)
          inFlight = nowInFlight
        }
        const nowQueued = session.queued()
        if (nowQueued !== queued) {
          ClientMetrics.publishesQueued.unsafeModify(nowQueued - queued, labels)
          queued = nowQueued
        }
      }
    }
  })
