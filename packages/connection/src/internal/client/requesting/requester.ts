/**
 * Requests that wait for their responses. One subscription for each filter that responses come on,
 * usually one altogether, shared by the requests that use it.
 */
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import type { Message, PublishResult } from "../../../Message.ts"
import type { PublishError } from "../../../MqttError.ts"
import { RequestError, SubscribeError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { Correlation, Outgoing, RequestOptions } from "../../../Request.ts"
import { InvalidOption, toMillis } from "../../optionValue.ts"
import type { TimeLimit } from "../../timeLimit.ts"
import * as timeLimit from "../../timeLimit.ts"
import * as batches from "../batches.ts"
import type { LinkError } from "../link/linkFailed.ts"
import { Outcome } from "../outcome.ts"
import type { Publish } from "../publish.ts"
import type { Subscribe } from "../subscribing/subscription.ts"
import { byProperties, freshId, hex, idOrNone, ownResponseTopic, propertiesOf } from "./correlation.ts"
import { requestFailed } from "./requestFailed.ts"

export interface Limits {
  /** Milliseconds. */
  readonly requestTimeout: number
  readonly maxRequests: number
}

export interface Ways {
  readonly publish: Publish
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

/** A request from its call to its end. */
interface Waiting {
  readonly topic: string
  readonly inlet: Inlet
  /** What its response is known by. */
  readonly id: string
  readonly publish: Effect.Effect<PublishResult, PublishError>
  readonly answer: Outcome<Message, RequestError>
  /** When the time is over for all of it. */
  readonly due: number
  isPublished: boolean
  publishing: Fiber.RuntimeFiber<void> | undefined
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

  const forget = ({ id, inlet }: Waiting) => {
    if (inlet.waiting.delete(id) && --waitingCount === 0) lastDue = 0
  }

  const answer = (waiting: Waiting, exit: Exit.Exit<Message, RequestError>) => {
    forget(waiting)
    waiting.answer.settle(exit)
  }

  const settle = (inlet: Inlet, exit: (waiting: Waiting) => Exit.Exit<Message, RequestError> | undefined) => {
    for (const waiting of inlet.waiting.values()) {
      const result = exit(waiting)
      if (result !== undefined) answer(waiting, result)
    }
  }

  const onResponses = (inlet: Inlet, idOf: Correlation["idOf"], responses: Chunk.Chunk<Message>) => {
    for (const response of responses) {
      const id = idOrNone(idOf, response)
      const waiting = id === undefined ? undefined : inlet.waiting.get(id)
      if (waiting !== undefined) answer(waiting, Exit.succeed(response))
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
      // Effect logs the failure of a forked fiber as unhandled; this one is handled here.
      Effect.catchAll((error) =>
        Effect.sync(() => {
          // The server does not take it back after a lost session; a client that is over says so itself.
          if (error.reason !== "Closed") settle(inlet, ({ topic }) => Exit.fail(requestFailed(topic, error)))
          inlet.ready.settle(Exit.fail(error))
        })
      ),
      Effect.ensuring(Effect.sync(() => {
        if (inlets.get(inlet.filter) === inlet) inlets.delete(inlet.filter)
        const cause = ways.stopped()
        settle(inlet, ({ topic }) => Exit.fail(new RequestError({ reason: "Closed", topic, cause })))
        inlet.ready.settle(Exit.fail(new SubscribeError({ reason: "Closed", filter: inlet.filter, cause })))
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

  const open = (inlet: Inlet, idOf: Correlation["idOf"]): Effect.Effect<void> =>
    Effect.map(Effect.forkIn(receive(inlet, idOf), scope), (fiber) => {
      inlet.fiber = fiber
    })

  const correlationOf = (options: RequestOptions): Correlation | undefined => {
    if (options.correlation !== undefined) return options.correlation
    return link?.protocolVersion === 5 ? byProperties(options.responseTopic ?? ownResponseTopic(link)) : undefined
  }

  /**
   * The inlet is found, or made, and waited at in one step: a fiber may yield between any two, and another one do the same
   * then, or the inlet end.
   */
  const start = (
    topic: string,
    payload: string | Uint8Array,
    options: RequestOptions
  ): Effect.Effect<Waiting, RequestError> =>
    Effect.clockWith((clock) => {
      const refused = (reason: RequestError["reason"], cause?: unknown) => new RequestError({ reason, topic, cause })
      const stopped = ways.stopped()
      if (stopped !== undefined) return refused("Closed", stopped)
      const timeout = options.timeout === undefined ? limits.requestTimeout : toMillis(options.timeout)
      if (timeout === undefined) return refused("InvalidRequest", new InvalidOption("timeout", "a duration"))
      const correlation = correlationOf(options)
      if (correlation === undefined) return refused("NotSupported", needsCorrelation())
      if (count >= limits.maxRequests) return refused("TooManyRequests")
      const correlationData = freshId()
      const id = hex(correlationData)
      let message: Outgoing
      try {
        message = correlation.request({ topic, payload }, id)
      } catch (cause) {
        return refused("InvalidRequest", cause)
      }
      const filter = correlation.responses
      const properties = link?.protocolVersion === 5
        ? { properties: propertiesOf(options, correlationData, timeout, filter) }
        : {}
      const present = inlets.get(filter)
      const inlet = present ?? { filter, ready: new Outcome(), waiting: new Map(), users: 0, fiber: undefined }
      const waiting: Waiting = {
        topic,
        inlet,
        id,
        publish: ways.publish(message.topic, message.payload, { ...options, ...properties }),
        answer: new Outcome(),
        due: clock.unsafeCurrentTimeMillis() + timeout,
        isPublished: false,
        publishing: undefined
      }
      count++
      waitingCount++
      lastDue = Math.max(lastDue, waiting.due)
      inlet.users++
      inlet.waiting.set(id, waiting)
      if (present !== undefined) return Effect.succeed(waiting)
      inlets.set(filter, inlet)
      return Effect.as(open(inlet, correlation.idOf), waiting)
    })

  const release = (waiting: Waiting): Effect.Effect<unknown> => {
    const { inlet, publishing } = waiting
    count--
    forget(waiting)
    inlet.users--
    closeUnused(inlet)
    return publishing?.unsafePoll() === null ? Fiber.interrupt(publishing) : Effect.void
  }

  const published = (waiting: Waiting): Effect.Effect<void, RequestError> =>
    Effect.zipRight(waiting.inlet.ready, waiting.publish).pipe(
      Effect.mapBoth({
        onFailure: (error) => requestFailed(waiting.topic, error),
        onSuccess: () => {
          waiting.isPublished = true
        }
      })
    )

  /** What goes wrong with publishing the request is its answer. */
  const told = (waiting: Waiting): Effect.Effect<void> =>
    Effect.interruptible(
      Effect.catchAllCause(
        published(waiting),
        (cause) => Effect.sync(() => waiting.answer.settle(Exit.failCause(cause)))
      )
    )

  const inTime = <A>(
    { due, topic }: Waiting,
    work: (limit: TimeLimit<RequestError>) => Effect.Effect<A, RequestError>
  ): Effect.Effect<A, RequestError> =>
    Effect.clockWith((clock) =>
      work({
        millis: Math.max(0, due - clock.unsafeCurrentTimeMillis()),
        late: () => new RequestError({ reason: "Timeout", topic })
      })
    )

  return {
    request: (topic, payload, options = {}) =>
      Effect.acquireUseRelease(
        start(topic, payload, options),
        (waiting) =>
          inTime(waiting, (limit) =>
            timeLimit.async(limit, (resume, runtime) => {
              // The response may be here before the acknowledgement of the request.
              waiting.publishing = Runtime.runFork(runtime)(told(waiting))
              return waiting.answer.onSettled(resume)
            })),
        release
      ),
    requestHandle: (topic, payload, options = {}) =>
      Effect.flatMap(Effect.acquireRelease(start(topic, payload, options), release), (waiting) =>
        Effect.as(
          inTime(waiting, (limit) => timeLimit.within(limit)(published(waiting))),
          inTime(waiting, (limit) => timeLimit.async(limit, (resume) => waiting.answer.onSettled(resume)))
        )),
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
