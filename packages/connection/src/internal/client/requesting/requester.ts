/**
 * Requests that wait for their responses. One subscription for each filter that responses come on,
 * usually one altogether, shared by the requests that use it.
 */
import type * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import type * as Scope from "effect/Scope"
import type { Message, PublishOptions, PublishResult } from "../../../Message.ts"
import type { PublishError } from "../../../MqttError.ts"
import { RequestError, SubscribeError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { Correlation, RequestOptions } from "../../../Request.ts"
import { InvalidOption, toMillis } from "../../optionValue.ts"
import { within } from "../../timeLimit.ts"
import * as batches from "../batches.ts"
import type { LinkError } from "../link/linkFailed.ts"
import { Outcome } from "../outcome.ts"
import type { Subscribe } from "../subscribing/subscription.ts"
import { byProperties, freshId, hex, idOrNone, ownResponseTopic, propertiesOf } from "./correlation.ts"
import { requestFailed } from "./requestFailed.ts"

export interface Limits {
  /** Milliseconds. */
  readonly requestTimeout: number
  readonly maxRequests: number
}

export interface Ways {
  readonly publish: (
    topic: string,
    payload: string | Uint8Array,
    options?: PublishOptions
  ) => Effect.Effect<PublishResult, PublishError>
  readonly subscribe: Subscribe
  readonly stopped: () => LinkError | undefined
}

export interface Requester {
  readonly request: (
    topic: string,
    payload: string | Uint8Array,
    options?: RequestOptions
  ) => Effect.Effect<Message, RequestError>
  readonly requestHandle: (
    topic: string,
    payload: string | Uint8Array,
    options?: RequestOptions
  ) => Effect.Effect<Effect.Effect<Message, RequestError>, RequestError, Scope.Scope>
  /** Whether a response may come. */
  readonly isWaiting: (now: number) => boolean
  /** To be called with every good CONNACK, when subscriptions are on their way again. */
  readonly onConnected: (negotiated: Negotiated) => void
}

interface Waiting {
  readonly topic: string
  readonly answer: Outcome<Message, RequestError>
  isPublished: boolean
}

/** A subscription that responses come on. */
interface Inlet {
  readonly filter: string
  readonly ready: Outcome<void, SubscribeError>
  readonly waiting: Map<string, Waiting>
  users: number
  fiber: Fiber.RuntimeFiber<unknown, unknown> | undefined
}

/** The subscriptions live in the scope. */
export const make = (ways: Ways, limits: Limits, scope: Scope.Scope): Requester => {
  const howToListen: Parameters<Subscribe>[1] = {
    // At QoS 1 a response could not come while a handler asks, if the server has sent as many messages as it may until
    // the handler is done.
    qos: 0,
    retainHandling: 2,
    // All may be answered at once.
    bufferMessages: Math.max(1, limits.maxRequests)
  }
  const inlets = new Map<string, Inlet>()
  let link: Negotiated | undefined
  let count = 0
  /** Requests without response, and when the last of them is over. */
  let waitingCount = 0
  let lastDue = 0

  const forget = (inlet: Inlet, id: string) => {
    if (inlet.waiting.delete(id) && --waitingCount === 0) lastDue = 0
  }

  const settle = (inlet: Inlet, exit: (waiting: Waiting) => Exit.Exit<Message, RequestError> | undefined) => {
    for (const [id, waiting] of inlet.waiting) {
      const result = exit(waiting)
      if (result === undefined) continue
      forget(inlet, id)
      waiting.answer.settle(result)
    }
  }

  const closed = (topic: string, cause: unknown) => new RequestError({ reason: "Closed", topic, cause })

  const onResponses = (inlet: Inlet, idOf: Correlation["idOf"], responses: Chunk.Chunk<Message>) => {
    for (const response of responses) {
      const id = idOrNone(idOf, response)
      const waiting = id === undefined ? undefined : inlet.waiting.get(id)
      if (id === undefined || waiting === undefined) continue
      forget(inlet, id)
      waiting.answer.settle(Exit.succeed(response))
    }
  }

  const receive = (inlet: Inlet, idOf: Correlation["idOf"]) =>
    Effect.scoped(Effect.gen(function*() {
      const { subscriber } = yield* ways.subscribe(inlet.filter, howToListen, "pulled")
      const pull = yield* batches.pulled(subscriber.messages)
      inlet.ready.settle(Exit.void)
      yield* batches.forEachBatch(pull, (responses) => Effect.sync(() => onResponses(inlet, idOf, responses)))
    })).pipe(
      // Only this: a fiber that is interrupted before its first step still has to say that it is over.
      Effect.interruptible,
      // A fiber that fails says in the log that nobody hears of it.
      Effect.catchAll((error) =>
        Effect.sync(() => {
          // The server does not take it back after a lost session; a client that is over says so itself.
          if (error.reason !== "Closed") settle(inlet, ({ topic }) => Exit.fail(requestFailed(topic, error)))
          inlet.ready.settle(Exit.fail(error))
        })
      ),
      Effect.ensuring(Effect.sync(() => {
        if (inlets.get(inlet.filter) === inlet) inlets.delete(inlet.filter)
        const { filter } = inlet
        const cause = ways.stopped()
        settle(inlet, ({ topic }) => Exit.fail(closed(topic, cause)))
        inlet.ready.settle(Exit.fail(new SubscribeError({ reason: "Closed", filter, cause })))
      }))
    )

  /** The client's own topic stays subscribed for the next request. */
  const isKept = (filter: string) => link !== undefined && filter === ownResponseTopic(link)

  const closeUnused = (inlet: Inlet) => {
    if (inlet.users > 0 || isKept(inlet.filter)) return
    // The next request must not join what is about to end.
    if (inlets.get(inlet.filter) === inlet) inlets.delete(inlet.filter)
    inlet.fiber?.unsafeInterruptAsFork(FiberId.none)
  }

  /**
   * Found, or opened, and waited at in one step: a fiber may yield between any two, and another one do the same then, or
   * the inlet end.
   */
  const join = ({ idOf, responses }: Correlation, id: string, waiting: Waiting, due: number): Effect.Effect<Inlet> =>
    Effect.suspend(() => {
      const present = inlets.get(responses)
      const inlet = present ?? {
        filter: responses,
        ready: new Outcome(),
        waiting: new Map(),
        users: 0,
        fiber: undefined
      }
      inlet.users++
      inlet.waiting.set(id, waiting)
      waitingCount++
      lastDue = Math.max(lastDue, due)
      if (present !== undefined) return Effect.succeed(present)
      inlets.set(responses, inlet)
      return Effect.map(Effect.forkIn(receive(inlet, idOf), scope), (fiber) => {
        inlet.fiber = fiber
        return inlet
      })
    })

  const leave = (inlet: Inlet, id: string) => {
    forget(inlet, id)
    inlet.users--
    closeUnused(inlet)
  }

  const correlationOf = (topic: string, options: RequestOptions): Effect.Effect<Correlation, RequestError> => {
    if (options.correlation !== undefined) return Effect.succeed(options.correlation)
    if (link?.protocolVersion !== 5) {
      return new RequestError({ reason: "NotSupported", topic, cause: needsCorrelation() })
    }
    return Effect.succeed(byProperties(options.responseTopic ?? ownResponseTopic(link)))
  }

  interface Started {
    readonly published: Effect.Effect<void, RequestError>
    readonly answer: Outcome<Message, RequestError>
    /** When the time is over for all of it. */
    readonly due: number
    readonly late: () => RequestError
  }

  const start = (
    topic: string,
    payload: string | Uint8Array,
    options: RequestOptions
  ): Effect.Effect<Started, RequestError, Scope.Scope> =>
    Effect.gen(function*() {
      const stopped = ways.stopped()
      if (stopped !== undefined) return yield* closed(topic, stopped)
      const timeout = options.timeout === undefined ? limits.requestTimeout : toMillis(options.timeout)
      if (timeout === undefined) {
        const cause = new InvalidOption("timeout", "a duration")
        return yield* new RequestError({ reason: "InvalidRequest", topic, cause })
      }
      const due = (yield* Clock.currentTimeMillis) + timeout
      const correlation = yield* correlationOf(topic, options)
      if (count >= limits.maxRequests) return yield* new RequestError({ reason: "TooManyRequests", topic })
      yield* Effect.acquireRelease(Effect.sync(() => count++), () => Effect.sync(() => count--))
      const id = freshId()
      const message = yield* Effect.try({
        try: () => correlation.request({ topic, payload }, hex(id)),
        catch: (cause) => new RequestError({ reason: "InvalidRequest", topic, cause })
      })
      const answer = new Outcome<Message, RequestError>()
      const waiting: Waiting = { topic, answer, isPublished: false }
      const key = hex(id)
      const inlet = yield* Effect.acquireRelease(
        join(correlation, key, waiting, due),
        (inlet) => Effect.sync(() => leave(inlet, key))
      )
      const publish = ways.publish(message.topic, message.payload, {
        ...options,
        ...(link?.protocolVersion === 5 ? { properties: propertiesOf(options, id, timeout, inlet.filter) } : {})
      })
      return {
        published: Effect.zipRight(inlet.ready, publish).pipe(
          Effect.mapBoth({
            onFailure: (error) => requestFailed(topic, error),
            onSuccess: () => {
              waiting.isPublished = true
            }
          })
        ),
        answer,
        due,
        late: () => new RequestError({ reason: "Timeout", topic })
      }
    })

  const inTime = <A>({ due, late }: Started, work: Effect.Effect<A, RequestError>) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => within({ millis: Math.max(0, due - now), late })(work))

  /** Publishes the request; what goes wrong with that is its answer. */
  const told = ({ answer, published }: Started) =>
    Effect.interruptible(
      Effect.catchAllCause(published, (cause) => Effect.sync(() => answer.settle(Exit.failCause(cause))))
    )

  return {
    request: (topic, payload, options = {}) =>
      Effect.scoped(Effect.flatMap(start(topic, payload, options), (started) =>
        // The response may be here before the acknowledgement of the request.
        Effect.zipRight(Effect.forkScoped(told(started)), inTime(started, started.answer)))),
    requestHandle: (topic, payload, options = {}) =>
      Effect.flatMap(
        start(topic, payload, options),
        (started) => Effect.as(inTime(started, started.published), inTime(started, started.answer))
      ),
    isWaiting: (now) => waitingCount > 0 && now < lastDue,
    onConnected: (negotiated) => {
      const isFirst = link === undefined
      link = negotiated
      // A server may give each link another response information: what was the client's own topic is so no more.
      for (const inlet of inlets.values()) closeUnused(inlet)
      if (isFirst || negotiated.sessionPresent) return
      // Until the subscription was back, responses went nowhere. What is not acknowledged goes out again.
      for (const inlet of inlets.values()) {
        settle(
          inlet,
          ({ isPublished, topic }) =>
            isPublished ? Exit.fail(new RequestError({ reason: "SessionLost", topic })) : undefined
        )
      }
    }
  }
}

const needsCorrelation = () =>
  new Error(
    "MQTT 3.1.1 has no correlation data: the option \"correlation\" says where an identifier travels"
  )
