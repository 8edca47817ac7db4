/**
 * Publishing whole chunks: messages go to the session in one pass for each chunk, or for as much of it
 * as there is room for, and the fiber wakes once when there is room again. Nothing runs per message.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Sink from "effect/Sink"
import type { OutgoingMessage, PublishResult, PublishSummary, SinkOptions } from "../../Message.ts"
import { PublishError } from "../../MqttError.ts"
import type { Publication } from "../../Session.ts"
import type { TopicDefaults } from "../../TopicDefaults.ts"
import { InvalidOption, isWhole } from "../optionValue.ts"
import type { Consumer, Engine } from "./engine.ts"
import { toOutgoing } from "./outgoing.ts"
import type { Settings } from "./settings.ts"
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
  { outputAdded, pump, session, stopped }: Engine<Consumer>,
  settings: Settings,
  defaults: TopicDefaults | undefined,
  inFlight: number
): Run => {
  let unsettled = 0
  let failure: PublishError | undefined
  /** Those that may be unsettled. */
  let publications: Array<Publication> = []
  const summary = { messages: 0, bytes: 0, unmatched: 0 }
  let wakeAt = 0
  let wake: (() => void) | undefined

  const onSettled = (result: Either.Either<PublishResult, PublishError>) => {
    unsettled--
    if (Either.isLeft(result)) failure ??= result.left
    else if (result.right.reasonCode === noMatchingSubscribers) summary.unmatched++
    if (wake === undefined || (unsettled > wakeAt && failure === undefined)) return
    const resume = wake
    wake = undefined
    resume()
  }

  /** Waits until that few are unsettled, or one has failed. */
  const settledTo = (count: number): Effect.Effect<void, PublishError> =>
    Effect.async<void>((resume) => {
      if (unsettled <= count || failure !== undefined) return resume(Effect.void)
      wakeAt = count
      wake = () => resume(Effect.void)
      return Effect.sync(() => {
        wake = undefined
      })
    }).pipe(Effect.flatMap(() => failure ?? Effect.void))

  /** Hands messages over from an index on, as long as there is room; returns where it stopped. */
  const submit = (messages: ReadonlyArray<OutgoingMessage>, from: number): number => {
    const now = pump.publishTime()
    let index = from
    while (index < messages.length && unsettled < inFlight && failure === undefined && pump.isWritable()) {
      const message = messages[index++]
      const options = defaults === undefined ? message : publishOptions(defaults, message.topic, message)
      const outgoing = toOutgoing(message.topic, message.payload, options, settings.protocolVersion, true)
      unsettled++
      const publication = session.publish(now, outgoing, onSettled)
      if (!publication.isSettled) publications.push(publication)
      summary.messages++
      summary.bytes += outgoing.payload.length
    }
    outputAdded()
    return index
  }

  const publishFrom = (messages: ReadonlyArray<OutgoingMessage>, from: number): Effect.Effect<void, PublishError> =>
    Effect.suspend(() => {
      const cause = stopped()
      if (cause !== undefined) {
        return new PublishError({ reason: "Closed", topic: messages[from].topic, cause })
      }
      const next = submit(messages, from)
      if (publications.length > inFlight * 2) publications = publications.filter(({ isSettled }) => !isSettled)
      if (failure !== undefined) return failure
      if (next === messages.length) return Effect.void
      // Half of the window: the other half keeps the server busy meanwhile.
      const room = unsettled < inFlight ? pump.writable : settledTo(inFlight >> 1)
      return Effect.flatMap(room, () => publishFrom(messages, next))
    })

  return {
    publish: (messages) => publishFrom(Chunk.toReadonlyArray(messages), 0),
    finish: Effect.map(Effect.suspend(() => settledTo(0)), () => summary),
    stop: () => {
      for (const publication of publications) publication.abandon(pump.now())
    }
  }
}

/** No message is at fault, so none is named. */
const wrongWindow = new PublishError({
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
    !isWhole(inFlight, 1) ? Sink.fail(wrongWindow) : Sink.unwrapScoped(
      Effect.map(
        Effect.acquireRelease(
          Effect.sync(() => makeRun(engine, settings, defaults, inFlight)),
          (run) => Effect.sync(run.stop)
        ),
        (run) => Sink.mapEffect(Sink.forEachChunk(run.publish), () => run.finish)
      )
    )
