/** Carries what a session has counted into the metrics of the program, once a batch. */
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as ClientMetrics from "../../ClientMetrics.ts"
import type { Traffic } from "../session/traffic.ts"

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
export const make = (traffic: Readonly<Traffic>): Effect.Effect<Meter> =>
  Effect.map(FiberRef.get(FiberRef.currentMetricLabels), (labels) => {
    const counted = counters.map(() => 0)
    return {
      update: () => {
        for (let index = 0; index < counters.length; index++) {
          const name = counters[index]
          const more = traffic[name] - counted[index]
          if (more === 0) continue
          counted[index] += more
          ClientMetrics[name].unsafeUpdate(more, labels)
        }
      }
    }
  })
