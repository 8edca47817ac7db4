/**
 * Topics with names for their variable levels and a type for their values. This is a module of its
 * own, `@effect-mqtt/connection/MqttTopic`, because it uses Schema, which is larger than all the rest
 * together.
 *
 * @since 0.1.0
 */
import * as Topic from "@effect-mqtt/codec/Topic"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Message, PublishOptions, PublishResult, QoS, SubscribeOptions } from "./Message.ts"
import { MqttClient } from "./MqttClient.ts"
import { CodecError, PublishError, SubscribeError } from "./MqttError.ts"
import * as PayloadCodec from "./PayloadCodec.ts"
import * as PayloadSchema from "./PayloadSchema.ts"
import type { Subscription } from "./Subscription.ts"

/**
 * The values for the named levels of a pattern: `{ room: string }` for `"home/{room}/temperature"`.
 *
 * @since 0.1.0
 * @category models
 */
export type Params<Pattern extends string> = string extends Pattern ? Readonly<Record<string, string>>
  : { readonly [Name in NamesOf<Pattern>]: string }

type NamesOf<Pattern extends string> = Pattern extends `${infer Level}/${infer Rest}` ? NameOf<Level> | NamesOf<Rest>
  : NameOf<Pattern>

type NameOf<Level extends string> = Level extends `{${infer Name}}` ? Name : never

/**
 * Anything if it is a pattern, else what no text fits, for the compiler to show. It has a name for the declarations of
 * modules that export {@link make} under another one.
 *
 * @since 0.1.0
 * @category models
 */
export type Checked<Pattern extends string> = [WrongLevel<Pattern>] extends [never] ? unknown
  : { readonly noLevel: WrongLevel<Pattern>; readonly wanted: "plain text or one {name}" }

type WrongLevel<Pattern extends string> = Pattern extends `${infer Level}/${infer Rest}`
  ? WrongOne<Level> | WrongLevel<Rest>
  : WrongOne<Pattern>

type WrongOne<Level extends string> = string extends Level ? never
  : Level extends "{}" ? Level
  : Level extends `{${infer Name}}` ? Name extends Unfit ? Level : never
  : Level extends Unfit ? Level
  : never

type Unfit = `${string}${"{" | "}" | "+" | "#"}${string}`

/**
 * A message of a typed topic: what its topic and its payload say, and the message as it arrived.
 *
 * @since 0.1.0
 * @category models
 */
export interface Received<Pattern extends string, A> {
  readonly params: Params<Pattern>
  readonly value: A
  readonly message: Message
}

/**
 * How to subscribe to a typed topic; its own QoS is the default.
 *
 * @since 0.1.0
 * @category models
 */
export interface ReceiveOptions<M extends PayloadCodec.Malformed = PayloadCodec.Malformed> extends SubscribeOptions {
  /**
   * What becomes of a payload that cannot be read.
   *
   * @default "fail"
   */
  readonly malformed?: M | undefined
}

/**
 * A confirmed subscription to a typed topic.
 *
 * @since 0.1.0
 * @category models
 */
export interface TypedSubscription<Pattern extends string, A, M extends PayloadCodec.Malformed>
  extends Omit<Subscription, "messages">
{
  /** The values, for one consumer at a time, like the messages of a `Subscription`. */
  readonly values: Values<Pattern, A, M>
}

/**
 * The stream of what arrives on a typed topic.
 *
 * @since 0.1.0
 * @category models
 */
export type Values<Pattern extends string, A, M extends PayloadCodec.Malformed, R = never> = Stream.Stream<
  PayloadCodec.Element<Received<Pattern, A>, M>,
  SubscribeError | PayloadCodec.Failure<M>,
  R
>

/**
 * A topic whose levels and values have types.
 *
 * @since 0.1.0
 * @category models
 */
export interface MqttTopic<Pattern extends string, A> {
  readonly pattern: Pattern
  readonly codec: PayloadCodec.PayloadCodec<A>
  /** The topic name for these levels; fails with reason `InvalidMessage` if one is missing or cannot be a level. */
  readonly topic: (params: Params<Pattern>) => Either.Either<string, PublishError>
  /** The filter for all topics, or for those where some levels are given. */
  readonly filter: (params?: Partial<Params<Pattern>>) => Either.Either<string, SubscribeError>
  /** The levels of a topic name; `undefined` if it does not match this pattern. */
  readonly parse: (topic: string) => Params<Pattern> | undefined
  /** Reads a message that arrived by other means. */
  readonly decode: (message: Message) => Either.Either<Received<Pattern, A>, CodecError>
  /** Publishes a value; fails with reason `InvalidMessage` if its codec cannot write it. */
  readonly publish: (
    params: Params<Pattern>,
    value: A,
    options?: PublishOptions
  ) => Effect.Effect<PublishResult, PublishError, MqttClient>
  /** Subscribes when the stream starts. */
  readonly subscribe: <M extends PayloadCodec.Malformed = "fail">(
    params?: Partial<Params<Pattern>>,
    options?: ReceiveOptions<M>
  ) => Values<Pattern, A, M, MqttClient>
  /** Returns when the server has confirmed the subscription, which lasts as long as the scope. */
  readonly subscription: <M extends PayloadCodec.Malformed = "fail">(
    params?: Partial<Params<Pattern>>,
    options?: ReceiveOptions<M>
  ) => Effect.Effect<TypedSubscription<Pattern, A, M>, SubscribeError, MqttClient | Scope.Scope>
}

/**
 * What a typed topic carries, and how.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<A, I = unknown> {
  /** A Schema, which travels as JSON, or a payload codec. */
  readonly payload: Schema.Schema<A, I> | PayloadCodec.PayloadCodec<A>
  /**
   * Of publishes and of subscriptions.
   *
   * @default that of the client
   */
  readonly qos?: QoS | undefined
  /**
   * Of publishes.
   *
   * @default that of the client
   */
  readonly retain?: boolean | undefined
}

const isCodec = <A, I>(payload: Options<A, I>["payload"]): payload is PayloadCodec.PayloadCodec<A> =>
  !Schema.isSchema(payload)

interface Level {
  readonly text: string
  readonly name: string | undefined
}

const toLevels = (pattern: string): ReadonlyArray<Level> =>
  pattern.split("/").map((text) => {
    const name = /^\{([^{}+#]+)\}$/.exec(text)?.[1]
    if (name === undefined && /[{}+#]/.test(text)) {
      throw new TypeError(`"${text}" is not a level of a topic pattern: a level is plain text or one {name}`)
    }
    return { text, name }
  })

const isLevel = (text: unknown): text is string =>
  typeof text === "string" && text !== "" && !/[/+#]/.test(text) && Topic.isName(text)

const invalid = (name: string) => new TypeError(`the parameter "${name}" has to be one level of a topic name`)

/**
 * Makes a typed topic. A level of the pattern is plain text or one name in braces. Anything else does not
 * compile, or throws a `TypeError` where the compiler does not know the text.
 *
 * @example
 * ```ts
 * import * as MqttTopic from "@effect-mqtt/connection/MqttTopic"
 * import { Effect, Schema, Stream } from "effect"
 *
 * const Temperature = MqttTopic.make("home/{room}/temperature", { payload: Schema.Number, qos: 1, retain: true })
 *
 * export const program = Effect.gen(function*() {
 *   yield* Temperature.publish({ room: "kitchen" }, 21.5)
 *   yield* Temperature.subscribe().pipe(
 *     Stream.take(1),
 *     Stream.runForEach(({ params, value }) => Effect.log(params.room, value.toFixed(1)))
 *   )
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <const Pattern extends string, A, I = unknown>(
  pattern: Pattern & Checked<Pattern>,
  options: Options<A, I>
): MqttTopic<Pattern, A> => {
  const levels = toLevels(pattern)
  const names = levels.flatMap(({ name }) => name === undefined ? [] : [name])
  if (new Set(names).size < names.length) throw new TypeError(`the pattern "${pattern}" names a level twice`)
  const codec = isCodec(options.payload) ? options.payload : PayloadSchema.make(options.payload)

  /** The parameters come from callers whose types may have been switched off. */
  const valueOf = (params: object, name: string): unknown => Object.entries(params).find(([key]) => key === name)?.[1]

  const fill = (params: object, otherwise: string | undefined): Either.Either<string, TypeError> => {
    const filled: Array<string> = []
    for (const { name, text } of levels) {
      const value = name === undefined ? text : valueOf(params, name)
      if (value === undefined && otherwise !== undefined) filled.push(otherwise)
      else if (name === undefined || isLevel(value)) filled.push(String(value))
      else return Either.left(invalid(name))
    }
    return Either.right(filled.join("/"))
  }

  const topic = (params: Params<Pattern>) =>
    Either.mapLeft(
      fill(params, undefined),
      (cause) => new PublishError({ reason: "InvalidMessage", topic: pattern, cause })
    )

  const filter = (params: Partial<Params<Pattern>> = {}) =>
    Either.mapLeft(
      fill(params, "+"),
      (cause) => new SubscribeError({ reason: "InvalidFilter", filter: pattern, cause })
    )

  const parse = (name: string): Params<Pattern> | undefined => {
    const found = name.split("/")
    if (found.length !== levels.length) return undefined
    const params: Record<string, string> = {}
    for (const [index, level] of levels.entries()) {
      if (level.name !== undefined) params[level.name] = found[index]
      else if (level.text !== found[index]) return undefined
    }
    return params as Params<Pattern> // it has a value for each name of the pattern
  }

  const decode = (message: Message): Either.Either<Received<Pattern, A>, CodecError> => {
    const params = parse(message.topic)
    return params === undefined
      ? Either.left(new CodecError({ reason: "Decode", codec: pattern, topic: message.topic, cause: "another topic" }))
      : Either.map(PayloadCodec.decode(message, codec), (value) => ({ params, value, message }))
  }

  const subscription = <M extends PayloadCodec.Malformed = "fail">(
    params?: Partial<Params<Pattern>>,
    receive?: ReceiveOptions<M>
  ) =>
    Effect.gen(function*() {
      const client = yield* MqttClient
      const { malformed, ...how } = receive ?? {}
      const { messages, ...subscribed } = yield* client.subscription(yield* filter(params), {
        ...how,
        qos: how.qos ?? options.qos
      })
      const policy = malformed ?? "fail" as M // left out, it is the default of its type parameter
      return { ...subscribed, values: PayloadCodec.decodeStream(decode, policy)(messages) }
    })

  return {
    pattern,
    codec,
    topic,
    filter,
    parse,
    decode,
    publish: (params, value, publishOptions) =>
      Effect.flatMap(
        MqttClient,
        (client) =>
          Effect.flatMap(topic(params), (name) =>
            client.publishValue(name, value, codec, {
              ...publishOptions,
              qos: publishOptions?.qos ?? options.qos,
              retain: publishOptions?.retain ?? options.retain
            }))
      ),
    subscribe: (params, receive) =>
      Stream.unwrapScoped(Effect.map(subscription(params, receive), ({ values }) => values)),
    subscription
  }
}
