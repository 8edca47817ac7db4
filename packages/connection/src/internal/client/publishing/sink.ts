/**
 * Publishing whole chunks: messages go to the session in one pass for each chunk, or for as much of it
 * as there is room for. Acknowledgements make room in the pass that brings them, so what follows is in the
 * output when that pass is over; the fiber wakes when the chunk is at its end. Nothing runs per message.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Sink from "effect/Sink"
import type { OutgoingMessage, PublishResult, PublishSummary, SinkOptions } from "../../../Message.ts"
import { PublishError } from "../../../MqttError.ts"
import type { Publication } from "../../../Session.ts"
import type { TopicDefaults } from "../../../TopicDefaults.ts"
import { InvalidOption, isWhole } from "../../optionValue.ts"
import type { Consumer, Engine } from "../engine/engine.ts"
import { toOutgoing } from "../engine/outgoing.ts"
import type { Settings } from "../engine/settings.ts"
import { publishOptions } from "./values.ts"

/** PUBACK and PUBREC: nobody subscribes to the topic [5 §3.4.2.1]. */
const noMatchingSubscribers = 0x10

/** One stream on its way out. */
interface Run {
  readonly publish: (messages: Chunk.Chunk<OutgoingMessage>) => Effect.Effect<void, PublishError>
  /** Waits for all acknowledgements. */
  readonly finish: Effect.Effect<PublishSummary, PublishError>
  /** What was not written yet is never sent. */
  readonly stop: () => void
}

const makeRun = (
  { outputAdded, payloads, pump, session, stopped }: Engine<Consumer>,
  defaults: TopicDefaults | undefined,
  inFlight: number
): Run => {
  let unsettled = 0
  let failure: PublishError | undefined
  /** Those that the session had to queue, and may have sent since. */
  let queued: Array<Publication> = []
  const summary = { messages: 0, bytes: 0, unmatched: 0 }
  /** The chunk under way, and its first message that the session does not have yet. */
  let chunk: ReadonlyArray<OutgoingMessage> = []
  let next = 0
  /** The fiber, which waits until so few are unsettled. */
  let wake: ((go: Effect.Effect<void>) => void) | undefined
  let wakeAt = 0

  const onSettled = (result: Either.Either<PublishResult, PublishError>) => {
    unsettled--
    if (Either.isLeft(result)) failure ??= result.left
    else if (result.right.reasonCode === noMatchingSubscribers) summary.unmatched++
    if (wake === undefined || (unsettled > wakeAt && failure === undefined)) return
    const resume = wake
    // What settles at once must not come back here.
    wake = undefined
    const refilled = next < chunk.length && stopped() === undefined ? refill() : Effect.void
    if (refilled === Effect.void && isWindowFull()) wake = resume
    else resume(refilled)
  }

  /** A message that throws when it is read ends its sink, not the link whose packet is being handled. */
  const refill = (): Effect.Effect<void> => {
    try {
      submit()
      return Effect.void
    } catch (defect) {
      return Effect.die(defect)
    }
  }

  const isWindowFull = () => next < chunk.length && unsettled >= inFlight && failure === undefined

  /** Waits until that few are unsettled, or one has failed. */
  const settledTo = (count: number): Effect.Effect<void, PublishError> =>
    Effect.async<void>((resume) => {
      if (unsettled <= count || failure !== undefined) return resume(Effect.void)
      wakeAt = count
      wake = resume
      return Effect.sync(() => {
        wake = undefined
      })
    }).pipe(Effect.flatMap(() => failure ?? Effect.void))

  /** Hands messages of the chunk over, as long as there is room. */
  const submit = () => {
    const now = pump.publishTime()
    while (next < chunk.length && unsettled < inFlight && failure === undefined && pump.isWritable()) {
      const message = chunk[next++]
      const options = defaults === undefined ? message : publishOptions(defaults, message.topic, message)
      const outgoing = toOutgoing(message.topic, message.payload, options, payloads, true)
      unsettled++
      const publication = session.publish(now, outgoing, onSettled)
      if (publication.isQueued) queued.push(publication)
      summary.messages++
      summary.bytes += outgoing.payload.length
    }
    if (queued.length > inFlight * 2) queued = queued.filter(({ isQueued }) => isQueued)
  }

  const goOn: Effect.Effect<void, PublishError> = Effect.suspend(() => {
    if (failure !== undefined) return failure
    if (next === chunk.length) return Effect.void
    const cause = stopped()
    if (cause !== undefined) return new PublishError({ reason: "Closed", topic: chunk[next].topic, cause })
    submit()
    outputAdded()
    // A message follows every acknowledgement. A server that uses Nagle's algorithm, as Mosquitto does, keeps the others
    // back until TCP has acknowledged the first, which it does with what we write next, or 40 ms later.
    if (isWindowFull()) return Effect.zipRight(settledTo(inFlight - 1), goOn)
    return failure ?? (next === chunk.length ? Effect.void : Effect.zipRight(pump.writable, goOn))
  })

  return {
    publish: (messages) =>
      Effect.suspend(() => {
        chunk = Chunk.toReadonlyArray(messages)
        next = 0
        return goOn
      }),
    finish: Effect.map(Effect.suspend(() => settledTo(0)), () => summary),
    stop: () => {
      for (const publication of queued) publication.abandon(pump.now())
    }
  }
}

/** No message is at fault, so none is named. */
const wrongWindow = () =>
  new PublishError({
    reason: "InvalidMessage",
    topic: "",
    cause: new InvalidOption("inFlight", "a whole number from 1")
  })

export const makeSink =
  (engine: Engine<Consumer>, settings: Settings, defaults: TopicDefaults | undefined) =>
  ({ inFlight = settings.inFlight }: SinkOptions = {}): Sink.Sink<
    PublishSummary,
    OutgoingMessage,
    never,
    PublishError
  > =>
    !isWhole(inFlight, 1) ? Sink.failSync(wrongWindow) : Sink.unwrapScoped(
      Effect.map(
        Effect.acquireRelease(
          Effect.sync(() => makeRun(engine, defaults, inFlight)),
          (run) => Effect.sync(run.stop)
        ),
        (run) => Sink.mapEffect(Sink.forEachChunk(run.publish), () => run.finish)
      )
    )
