import * as Decoder from "@effect-mqtt/codec/Decoder"
import type { TransportError } from "@effect-mqtt/connection/MqttError"
import type { Wire } from "@effect-mqtt/connection/Wire"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { Authenticate, AuthenticationStep, Authorize, ConnectDecision } from "../AccessControl.ts"
import { awaitDue } from "./awaitDue.ts"
import type { Core } from "./core.ts"
import { isConnectDecision, isStep } from "./decisions.ts"
import { faultyWire } from "./faults.ts"
import type { Question } from "./hub.ts"
import type { Link } from "./linking/link.ts"
import * as Reason from "./reason.ts"

/** The core, and what connections share besides it. */
export interface Host {
  readonly core: Core
  readonly now: () => number
  readonly authenticate: Authenticate | undefined
  readonly authorize: Authorize | undefined
}

/** Gone: the transport ended first. Flushed: all that a closed link had to say is written. Stuck: the peer takes nothing. */
type Ending = "Gone" | "Flushed" | "Stuck"

interface Connection {
  readonly link: Link
  /** Something waits to be written, or nothing will come anymore. */
  readonly output: Effect.Latch
  /** Deadlines have changed. */
  readonly changed: Effect.Latch
  /** A write has completed. */
  readonly drained: Effect.Latch
}

/** Runs one connection to its end: a reading fiber, a writing fiber and a fiber for its deadlines. */
export const serve = (host: Host, wire: Wire): Effect.Effect<void> =>
  Effect.suspend(() => host.core.isFull ? Effect.void : attend(host, wire))

const attend = (host: Host, wire: Wire): Effect.Effect<void> =>
  Effect.acquireUseRelease(
    Effect.sync(() => open(host)),
    (connection) => {
      const faulty = faultyWire(wire, host.core.faults, () => connection.link.clientId)
      return Effect.raceFirst(
        read(host, faulty, connection),
        Effect.raceFirst(write(host, faulty, connection), keepDeadlines(host, connection))
      ).pipe(
        Effect.flatMap((ending) => ending === "Flushed" ? wire.shutdown : Effect.void),
        Effect.onInterrupt(() => sayGoodbye(host, wire, connection.link))
      )
    },
    ({ link }) => Effect.sync(() => host.core.release(link, host.now()))
  ).pipe(
    // Whatever it is, it must not reach the other connections.
    Effect.catchAllDefect((defect) => Effect.logError("The broker has ended a connection because of a defect", defect))
  )

const open = ({ core, now }: Host): Connection => {
  const output = Effect.unsafeMakeLatch()
  const changed = Effect.unsafeMakeLatch()
  const drained = Effect.unsafeMakeLatch()
  const onChange = () => {
    output.unsafeOpen()
    changed.unsafeOpen()
    drained.unsafeOpen()
  }
  return { link: core.accept(() => output.unsafeOpen(), onChange, now()), output, changed, drained }
}

const read = (host: Host, wire: Wire, { drained, link }: Connection): Effect.Effect<Ending> => {
  const { core, now } = host
  const { maxConnectBytes, maxOutboundBytes, maxPacketBytes } = core.limits
  const decoder = Decoder.make({ role: "server", maxPacketBytes })
  return Effect.gen(function*() {
    while (!link.isClosed) {
      const { error, packets } = decoder.push(yield* wire.read)
      let at = now()
      let since = at
      for (const packet of packets) {
        let question = link.receive(packet, at)
        for (;;) {
          at = now()
          if (at - since >= longestTurn) {
            yield* Effect.sleep(0)
            at = since = now()
          }
          if (question === undefined) break
          question = yield* ask(host, question)
        }
      }
      if (error !== undefined) {
        link.refuse(error, now())
        yield* Effect.logDebug(error.message)
      }
      link.holds(decoder.pendingBytes, now())
      // A client that has not said who it is gets no room for a large packet.
      if (link.established === undefined && decoder.pendingBytes > maxConnectBytes) {
        link.close(Reason.packetTooLarge, now())
      }
      // Answers that are not read must not pile up: then it is one read for each completed write. To wait for room
      // instead would leave a busy subscriber unread for as long as messages follow, and time it out.
      const isShort = core.ledger.isFull && link.outbox.bytes > 0
      if ((isShort || link.outbox.bytes >= maxOutboundBytes) && !link.isClosed) {
        drained.unsafeClose()
        yield* drained.await
      }
    }
    // What is left is for the writing fiber to say.
    return yield* Effect.never
  }).pipe(Effect.catchTag("TransportError", gone))
}

/** Everything that has gathered since the last write goes out in one. */
const write = ({ now }: Host, wire: Wire, { drained, link, output }: Connection): Effect.Effect<Ending> =>
  Effect.gen(function*() {
    while (!link.isClosed || link.outbox.bytes > 0) {
      yield* output.await
      output.unsafeClose()
      const pieces = link.outbox.take()
      if (pieces.length === 0) continue
      link.writes(now())
      yield* wire.write(pieces)
      link.flushed(now())
      drained.unsafeOpen()
    }
    return "Flushed" as const
  }).pipe(Effect.catchTag("TransportError", gone))

const keepDeadlines = ({ now }: Host, { changed, link }: Connection): Effect.Effect<Ending> =>
  Effect.gen(function*() {
    for (;;) {
      changed.unsafeClose()
      const due = link.check(now())
      if (due === undefined) return "Stuck" as const
      yield* awaitDue(changed, due, now)
    }
  })

const gone = (error: TransportError): Effect.Effect<Ending> =>
  Effect.as(error.reason === "Closed" ? Effect.void : Effect.logDebug(error.message), "Gone" as const)

/** Nothing is sent behind an unfinished write: it would not be read as what it is. */
const sayGoodbye = ({ now }: Host, wire: Wire, link: Link): Effect.Effect<void> =>
  Effect.suspend(() => {
    link.shed(Reason.serverShuttingDown, now())
    const pieces = link.outbox.take()
    if (pieces.length === 0 || link.isWriting) return Effect.void
    return Effect.interruptible(wire.write(pieces)).pipe(Effect.timeoutOption("1 second"), Effect.ignore)
  })

const ask = (host: Host, question: Question): Effect.Effect<Question | undefined> => {
  const { authenticate, authorize, now } = host
  switch (question._tag) {
    case "Authenticate":
      return decide<ConnectDecision>(
        "ServerUnavailable",
        isConnectDecision,
        () => authenticate === undefined || authenticate(question.request)
      ).pipe(Effect.map((decision) => question.answer(decision, now())))
    case "TakeStep":
      return decide<AuthenticationStep>({ _tag: "Refuse", reason: "ServerUnavailable" }, isStep, question.step).pipe(
        Effect.map((step) => question.answer(step, now()))
      )
    case "GoOn":
      return Effect.sync(() => question.answer(now()))
    case "Authorize":
      return Effect.forEach(
        question.topics,
        (topic) =>
          decide(
            false,
            Predicate.isBoolean,
            () => authorize === undefined || authorize(question.identity, question.action, topic)
          )
      ).pipe(Effect.map((allowed) => question.answer(allowed, now())))
  }
}

/** A hook that breaks must neither let anyone in nor take the broker down. */
const decide = <A>(
  fallback: A,
  isDecision: Predicate.Refinement<unknown, A>,
  hook: () => A | Effect.Effect<A>
): Effect.Effect<A> =>
  Effect.suspend(() => {
    const decision = hook()
    return Effect.isEffect(decision) ? decision : Effect.succeed(decision)
  }).pipe(
    Effect.filterOrDieMessage(isDecision, "what it returned is not a decision"),
    Effect.catchAllCause((cause) => Effect.as(Effect.logWarning("An access control hook has failed", cause), fallback))
  )

/** How long one client may keep the others waiting: a few kilobytes can be thousands of messages for hundreds of subscribers. */
const longestTurn = 50
