/** Makes events and figures of the notices of a client. Nothing is kept for events that nobody listens to. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Mailbox from "effect/Mailbox"
import * as Stream from "effect/Stream"
import type { ClientEvent } from "../../ClientEvent.ts"
import type { ClientStats } from "../../ClientStats.ts"
import type { AuthError, ConnectError } from "../../MqttError.ts"
import type { Session } from "../../Session.ts"
import type { Traffic } from "../session/traffic.ts"
import { closedError } from "./engine.ts"
import type { Notice, Notices, Trouble } from "./notices.ts"

export interface Observer {
  /** Begins with what happens next; a reader that lags too far behind misses the oldest. */
  readonly events: Stream.Stream<ClientEvent>
  readonly stats: Effect.Effect<ClientStats>
  readonly resetStats: Effect.Effect<void>
}

const heldForReader = 256

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

const toTroubleEvent = (notice: Trouble): ClientEvent =>
  notice._tag === "SlowConsumer"
    ? { _tag: "SlowConsumer", filters: notice.filters, duration: Duration.millis(notice.millis) }
    : notice

export const make = (notices: Notices, session: Pick<Session, "traffic" | "inFlight" | "queued">): Observer => {
  const traffic = session.traffic()
  let readers: Set<Mailbox.Mailbox<ClientEvent>> | undefined
  let counts = makeCounts()
  let base = { ...traffic }
  let attempt = 0
  let epoch = 0
  let isUp = false
  let isOver = false

  const emit = (event: ClientEvent) => {
    if (readers !== undefined) { for (const reader of readers) reader.unsafeOffer(event) }
  }

  const down = (error: AuthError | ConnectError) => {
    if (isUp) emit({ _tag: "Disconnected", epoch, error })
    else {
      counts.connectsFailed++
      emit({ _tag: "ConnectFailed", attempt, error })
    }
    isUp = false
  }

  const over = (error: AuthError | ConnectError | undefined) => {
    if (isOver) return
    isOver = true
    if (isUp) down(error ?? closedError)
    emit(error === undefined ? { _tag: "Closed" } : { _tag: "Failed", error })
    if (readers !== undefined) { for (const reader of readers) reader.unsafeDone(Exit.void) }
  }

  const listener = (notice: Notice) => {
    switch (notice._tag) {
      case "Connecting":
        attempt = notice.attempt
        counts.connectsTried++
        return emit({ _tag: "Connecting", attempt })
      case "Connected":
        isUp = true
        epoch++
        emit({ _tag: "Connected", epoch, negotiated: notice.negotiated })
        if (epoch === 1 || notice.negotiated.sessionPresent) return
        counts.sessionsLost++
        return emit({ _tag: "SessionLost", epoch })
      case "LinkEnded":
        return down(notice.error)
      case "PingSent":
        counts.pingsSent++
        return emit({ _tag: "PingSent" })
      case "PingAnswered":
        counts.pingsAnswered++
        counts.pingMillis += notice.millis
        return emit({ _tag: "PingAnswered", roundTrip: Duration.millis(notice.millis) })
      case "Over":
        return over(notice.error)
      case "Dropped":
        counts.messagesDropped += notice.count
        return emit(notice)
      case "HookFailed":
        return emit(notice)
      default:
        return emit(toTroubleEvent(notice))
    }
  }
  notices.listen(listener)

  const read = () =>
    Effect.map(
      Effect.acquireRelease(
        Effect.tap(
          Mailbox.make<ClientEvent>({ capacity: heldForReader, strategy: "sliding" }),
          (reader) => Effect.sync(() => (readers ??= new Set()).add(reader))
        ),
        (reader) => Effect.sync(() => readers?.delete(reader))
      ),
      Mailbox.toStream
    )

  return {
    events: Stream.suspend(() => isOver ? Stream.empty : Stream.unwrapScoped(read())),
    stats: Effect.sync(() => ({
      ...statsOf(traffic, base, counts),
      publishesInFlight: session.inFlight(),
      publishesQueued: session.queued()
    })),
    resetStats: Effect.sync(() => {
      counts = makeCounts()
      base = { ...traffic }
    })
  }
}

const statsOf = (
  traffic: Readonly<Traffic>,
  base: Readonly<Traffic>,
  { pingMillis, ...counts }: ReturnType<typeof makeCounts>
): Omit<ClientStats, "publishesInFlight" | "publishesQueued"> => {
  const packetsSent = traffic.packetsSent - base.packetsSent
  const packetsReceived = traffic.packetsReceived - base.packetsReceived
  const bytesSent = traffic.bytesSent - base.bytesSent
  const bytesReceived = traffic.bytesReceived - base.bytesReceived
  return {
    packetsSent,
    packetsReceived,
    bytesSent,
    bytesReceived,
    meanPacketBytesSent: mean(bytesSent, packetsSent),
    meanPacketBytesReceived: mean(bytesReceived, packetsReceived),
    messagesReceived: traffic.messagesReceived - base.messagesReceived,
    publishesOk: traffic.publishesOk - base.publishesOk,
    publishesFailed: traffic.publishesFailed - base.publishesFailed,
    meanPublishRoundTrip: meanTime(
      traffic.roundTripMillis - base.roundTripMillis,
      traffic.roundTrips - base.roundTrips
    ),
    ...counts,
    meanPingRoundTrip: meanTime(pingMillis, counts.pingsAnswered)
  }
}
