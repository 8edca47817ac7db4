/** Makes events and figures of the notices of a client. Nothing is kept for events that nobody listens to. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import type * as Stream from "effect/Stream"
import type { ClientEvent } from "../../../ClientEvent.ts"
import type { ClientStats } from "../../../ClientStats.ts"
import type { AuthError, ConnectError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { Session } from "../../../Session.ts"
import { unwrapScoped } from "../../scopedStream.ts"
import type { Traffic } from "../../session/traffic.ts"
import * as traffics from "../../session/traffic.ts"
import { Broadcast } from "../observing/broadcast.ts"
import type { Listener, Notice, Notices } from "../observing/notices.ts"
import { closedHere } from "./engine.ts"

const heldForReader = 256

const noTraffic: Readonly<Traffic> = traffics.make()

const makeCounts = () => ({
  connectsTried: 0,
  connectsFailed: 0,
  sessionsLost: 0,
  pingsSent: 0,
  pingsAnswered: 0,
  pingMillis: 0,
  messagesDropped: 0
})

const mean = (sum: number, count: number): number | undefined => count === 0 ? undefined : sum / count

const meanTime = (millis: number, count: number): Duration.Duration | undefined =>
  count === 0 ? undefined : Duration.millis(millis / count)

/** To be made before anything happens, and to be told of all of it. */
export class Observer implements Listener {
  readonly #session: Pick<Session, "traffic" | "inFlight" | "queued">
  readonly #readers = new Broadcast<ClientEvent>(heldForReader)
  #counts = makeCounts()
  #base: Readonly<Traffic> = noTraffic
  /** The one that is under way, or 0. */
  #attempt = 0
  #epoch = 0
  #isUp = false

  constructor(notices: Notices, session: Pick<Session, "traffic" | "inFlight" | "queued">) {
    this.#session = session
    notices.listen(this)
  }

  /** Begins with what happens next; a reader that lags too far behind misses the oldest. */
  get events(): Stream.Stream<ClientEvent> {
    return unwrapScoped(this.#readers.read())
  }

  get stats(): Effect.Effect<ClientStats> {
    return Effect.sync(() => ({
      ...statsOf(this.#session.traffic(), this.#base, this.#counts),
      publishesInFlight: this.#session.inFlight(),
      publishesQueued: this.#session.queued()
    }))
  }

  get resetStats(): Effect.Effect<void> {
    return Effect.sync(() => {
      this.#counts = makeCounts()
      this.#base = { ...this.#session.traffic() }
    })
  }

  onNotice(notice: Notice): void {
    const counts = this.#counts
    switch (notice._tag) {
      case "Connecting":
        this.#attempt = notice.attempt
        counts.connectsTried++
        return this.#readers.emit(notice)
      case "Connected":
        return this.#up(notice.negotiated)
      case "LinkEnded":
        return this.#down(notice.error)
      case "PingSent":
        counts.pingsSent++
        return this.#readers.emit(notice)
      case "PingAnswered":
        counts.pingsAnswered++
        counts.pingMillis += notice.millis
        return this.#readers.emit({ _tag: "PingAnswered", roundTrip: Duration.millis(notice.millis) })
      case "Over":
        return this.#over(notice.error)
      case "Dropped":
        counts.messagesDropped += notice.count
        return this.#readers.emit(notice)
      case "SlowConsumer":
        return this.#readers.emit({
          _tag: "SlowConsumer",
          filters: notice.filters,
          duration: Duration.millis(notice.millis)
        })
      default:
        return this.#readers.emit(notice)
    }
  }

  #up(negotiated: Negotiated): void {
    this.#isUp = true
    this.#attempt = 0
    const epoch = ++this.#epoch
    this.#readers.emit({ _tag: "Connected", epoch, negotiated })
    if (epoch === 1 || negotiated.sessionPresent) return
    this.#counts.sessionsLost++
    this.#readers.emit({ _tag: "SessionLost", epoch })
  }

  #down(error: AuthError | ConnectError): void {
    if (this.#isUp) this.#readers.emit({ _tag: "Disconnected", epoch: this.#epoch, error })
    else {
      this.#counts.connectsFailed++
      this.#readers.emit({ _tag: "ConnectFailed", attempt: this.#attempt, error })
    }
    this.#isUp = false
    this.#attempt = 0
  }

  #over(error: AuthError | ConnectError | undefined): void {
    if (this.#readers.isOver) return
    // What ends a client in the middle of an attempt is what the attempt failed with, unless the client was closed.
    if (this.#isUp || (this.#attempt > 0 && error !== undefined)) this.#down(error ?? closedHere())
    this.#readers.emit(error === undefined ? { _tag: "Closed" } : { _tag: "Failed", error })
    this.#readers.end()
  }
}

const statsOf = (
  traffic: Readonly<Traffic>,
  base: Readonly<Traffic>,
  { pingMillis, ...counts }: ReturnType<typeof makeCounts>
): Omit<ClientStats, "publishesInFlight" | "publishesQueued"> => {
  const { roundTripMillis, roundTrips, ...counted } = Record.map(traffic, (count, name) => count - base[name])
  return {
    ...counted,
    meanPacketBytesSent: mean(counted.bytesSent, counted.packetsSent),
    meanPacketBytesReceived: mean(counted.bytesReceived, counted.packetsReceived),
    meanPublishRoundTrip: meanTime(roundTripMillis, roundTrips),
    ...counts,
    meanPingRoundTrip: meanTime(pingMillis, counts.pingsAnswered)
  }
}
