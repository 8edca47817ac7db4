/**
 * What was published, for tests that say what they expect.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { Broker } from "./Broker.ts"
import { owned } from "./internal/messages/ownedBytes.ts"
import type { PublishedMessage } from "./PublishedMessage.ts"

/**
 * What a message has to be like. Fields that are left out do not matter; text stands for its UTF-8.
 *
 * @since 0.1.0
 * @category models
 */
export interface Expected {
  readonly topic?: string | undefined
  readonly payload?: string | Uint8Array | undefined
  readonly qos?: PublishedMessage["qos"] | undefined
  readonly retain?: boolean | undefined
  readonly clientId?: string | undefined
}

/**
 * What was published is not what was expected. The message lists it.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnexpectedMessages extends Data.TaggedError("UnexpectedMessages")<{
  readonly expected: ReadonlyArray<Expected>
  readonly published: ReadonlyArray<PublishedMessage>
}> {
  override get message(): string {
    return `expected ${list(this.expected)}\nbut published was ${list(this.published)}`
  }
}

/**
 * The messages that the broker has taken in since the recorder was made, oldest first. Two thousand
 * are kept unless `capacity` says otherwise; the oldest are forgotten.
 *
 * @since 0.1.0
 * @category tags
 */
export class Recorder extends Context.Tag("@effect-mqtt/broker/Recorder")<Recorder, {
  /** All so far. */
  readonly messages: Effect.Effect<ReadonlyArray<PublishedMessage>>
  /** The payloads so far, as text. */
  readonly texts: Effect.Effect<ReadonlyArray<string>>
  /** The first message like this, now or as soon as it comes, however long that takes. */
  readonly waitFor: (expected: Expected) => Effect.Effect<PublishedMessage>
  /** Exactly these were published so far, in this order. */
  readonly expectAll: (expected: ReadonlyArray<Expected>) => Effect.Effect<void, UnexpectedMessages>
  /** One like this was published. */
  readonly expect: (expected: Expected) => Effect.Effect<PublishedMessage, UnexpectedMessages>
  /** Forgets what was recorded. */
  readonly clear: Effect.Effect<void>
}>() {}

/**
 * Records what is published to the topics of a filter until the scope closes. `#` stands for all
 * topics that do not begin with `$`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  filter = "#",
  options: { readonly capacity?: number | undefined } = {}
): Effect.Effect<Recorder["Type"], never, Broker | Scope.Scope> =>
  Effect.gen(function*() {
    const broker = yield* Broker
    const { capacity = 2000 } = options
    const recorded: Array<PublishedMessage> = []
    const waiting = new Set<(message: PublishedMessage) => void>()
    yield* broker.observe(filter, (published) => {
      const message = { ...published, payload: owned(published.payload) }
      recorded.push(message)
      if (recorded.length > capacity) recorded.shift()
      for (const see of waiting) see(message)
    })
    return {
      messages: Effect.sync(() => recorded.slice()),
      texts: Effect.sync(() => recorded.map(({ payload }) => decoder.decode(payload))),
      waitFor: (expected) =>
        Effect.async<PublishedMessage>((resume) => {
          const found = recorded.find((message) => isLike(message, expected))
          if (found !== undefined) return resume(Effect.succeed(found))
          const see = (message: PublishedMessage) => {
            if (!isLike(message, expected)) return
            waiting.delete(see)
            resume(Effect.succeed(message))
          }
          waiting.add(see)
          return Effect.sync(() => waiting.delete(see))
        }),
      expectAll: (expected) =>
        Effect.suspend(() =>
          recorded.length === expected.length &&
            recorded.every((message, index) => isLike(message, expected[index] ?? {}))
            ? Effect.void
            : Effect.fail(new UnexpectedMessages({ expected, published: recorded.slice() }))
        ),
      expect: (expected) =>
        Effect.suspend(() => {
          const found = recorded.find((message) => isLike(message, expected))
          return found === undefined
            ? Effect.fail(new UnexpectedMessages({ expected: [expected], published: recorded.slice() }))
            : Effect.succeed(found)
        }),
      clear: Effect.sync(() => {
        recorded.length = 0
      })
    }
  })

/**
 * A recorder of the broker in the same program.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  filter = "#",
  options: { readonly capacity?: number | undefined } = {}
): Layer.Layer<Recorder, never, Broker> => Layer.scoped(Recorder, make(filter, options))

const decoder = new TextDecoder()
const encoder = new TextEncoder()

const isLike = (message: PublishedMessage, expected: Expected): boolean =>
  (expected.topic === undefined || expected.topic === message.topic) &&
  (expected.qos === undefined || expected.qos === message.qos) &&
  (expected.retain === undefined || expected.retain === message.retain) &&
  (expected.clientId === undefined || expected.clientId === message.clientId) &&
  (expected.payload === undefined || isSame(message.payload, expected.payload))

const isSame = (payload: Uint8Array, expected: string | Uint8Array): boolean => {
  const bytes = typeof expected === "string" ? encoder.encode(expected) : expected
  return bytes.length === payload.length && bytes.every((byte, index) => byte === payload[index])
}

const list = (messages: ReadonlyArray<Expected>): string =>
  messages.length === 0 ? "nothing" : messages.map((message) => `\n  ${describe(message)}`).join("")

const describe = ({ clientId, payload, qos, retain, topic }: Expected): string =>
  JSON.stringify({
    topic,
    payload: payload === undefined || typeof payload === "string" ? payload : decoder.decode(payload),
    qos,
    retain,
    clientId
  })
