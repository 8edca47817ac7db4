/** The consumer's end of a subscription: a queue with one reader, and the messages that the reader works on. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import type { Message } from "../../../Message.ts"
import type { Pending } from "../../../Session.ts"
import type { Batches } from "../batches.ts"
import type { Delivery } from "./delivery.ts"
import * as deliveries from "./delivery.ts"
import type { FlowControl } from "./flowControl.ts"
import { Handed, HeldMessages } from "./handed.ts"
import type { QueueSettings } from "./messageQueue.ts"
import { MessageQueue } from "./messageQueue.ts"

export interface StreamSettings extends QueueSettings {
  /** Takes back one of those that were left behind, if it still waits. */
  readonly withdraw: (delivery: Delivery) => boolean
}

export interface Subscriber<E> {
  /** Puts the message in; `mayDrop` says whether reading cannot stop now, and is asked only where that counts. */
  readonly offer: (delivery: Delivery, mayDrop: () => boolean) => void
  /** Wakes the reader, and tells of what was dropped; once per batch of offers. */
  readonly flush: () => void
  /**
   * The messages, batch by batch, for one consumer at a time; a second one dies. A batch is accepted
   * when its consumer asks for the next one or ends normally.
   */
  readonly messages: Batches<Message, E>
  /** The same where acceptance is `manual`. */
  readonly handed: Batches<Handed, E>
  readonly poll: Effect.Effect<Option.Option<Message>, E>
  /** The same, as soon as there is one; nothing after the end. */
  readonly next: Effect.Effect<Option.Option<Message>, E>
  /** Ends the stream after what is buffered, with the error if there is one. */
  readonly end: (error: Option.Option<E>) => void
  /**
   * Nobody will ask again, and the stream is over. After a normal end what is held counts as accepted;
   * gives what is left behind otherwise.
   */
  readonly discard: (isNormal: boolean) => ReadonlyArray<Delivery>
  /** What nobody has taken responsibility for yet. */
  readonly unaccepted: () => ReadonlyArray<Delivery>
  /** A new link: the server sends QoS 1 messages of the last one again, unless it has lost the session. */
  readonly resumed: (sessionPresent: boolean) => void
  /** Whether a consumer works on messages that are not acknowledged; one that is `except` is not counted. */
  readonly isBusy: (except: FiberId.FiberId) => boolean
  /** Since when messages wait for the consumer without a sign of life. */
  readonly stalledSince: () => number | undefined
  /** Whether it keeps others from getting more: see {@link FlowControl}. */
  readonly isBlocking: () => boolean
}

/**
 * By way of a chunk that dies at once. Effect makes all chunks by one literal, and the first of ours survive: were it all of
 * them, V8 would make them among the old objects for good. With messages of a class, a third to a half less CPU time.
 */
const toBatch = <A>(taken: ReadonlyArray<Delivery>, toElement: (delivery: Delivery) => A): Chunk.Chunk<A> =>
  Chunk.map(Chunk.unsafeFromArray(taken), toElement)

export const make = <E>(flow: FlowControl, settings: StreamSettings): Subscriber<E> => {
  const queue = new MessageQueue(flow, settings)
  /** QoS 1 and 2 messages that the consumer works on: those of its batch, or each for itself. */
  let handedOut: ReadonlyArray<Delivery> = []
  const held = new HeldMessages()
  let reader: (() => void) | undefined
  let readerFiber: FiberId.FiberId | undefined
  let ended: Option.Option<E> | undefined
  let isConsumed = false
  let isDiscarded = false
  let stalledSince: number | undefined
  /** Of what the consumer works on, QoS 1 messages of a lost link: the server sends them again. */
  let superseded: WeakSet<Delivery> | undefined

  const isLeftBehind = (delivery: Delivery) => deliveries.isPending(delivery) && superseded?.has(delivery) !== true

  const isIdle = () => handedOut.length === 0 && held.isEmpty

  /** The consumer has done something; the time runs anew if there is more for it to do. */
  const progressed = () => {
    stalledSince = isIdle() && queue.size === 0 ? undefined : flow.now()
  }

  const acceptHandedOut = () => {
    if (handedOut.length === 0) return
    const accepted = handedOut
    handedOut = []
    flow.pass(() => {
      for (const delivery of accepted) flow.settle(delivery, 0)
    })
  }

  const takeAll = (): ReadonlyArray<Delivery> => {
    const taken = queue.takeAll()
    if (settings.acceptance !== "manual") handedOut = taken.filter(deliveries.isPending)
    return taken
  }

  /** While the client closes nothing new is handed out: it could not be acknowledged. */
  const isHeldBack = () => flow.isClosing() && ended === undefined

  const flush = () => {
    queue.report()
    if (reader !== undefined) {
      if (isHeldBack() || (queue.size === 0 && ended === undefined)) return
      const wake = reader
      reader = undefined
      wake()
    }
    // From here on somebody has to come for them; one whose wait was interrupted may not.
    if (queue.size > 0) stalledSince ??= flow.now()
  }

  /** What is taken, as soon as there is something; nothing after the end. */
  const awaited = <A>(take: () => A) => {
    const next = Effect.suspend((): Effect.Effect<A | undefined, E> => {
      if (queue.size === 0) return ended?._tag === "Some" ? Effect.fail(ended.value) : Effect.succeed(undefined)
      const taken = take()
      progressed()
      return Effect.succeed(taken)
    })
    return Effect.withFiberRuntime<A | undefined, E>((fiber) => {
      readerFiber = fiber.id()
      acceptHandedOut()
      progressed()
      if (!isHeldBack() && (queue.size > 0 || ended !== undefined)) return next
      // Without a canceller, which took a seventh of what it costs to wake somebody: nobody is woken who is gone.
      return Effect.async((resume) => {
        reader = () => resume(next)
        flush()
      })
    })
  }

  const pull = <A>(toElement: (delivery: Delivery) => A) => awaited(() => toBatch(takeAll(), toElement))

  const takeFirst = (): Message | undefined => {
    const first = queue.takeFirst()
    if (first?.pending !== undefined) handedOut = [first]
    return first?.message
  }

  const acquire = Effect.suspend(() => {
    if (isConsumed) {
      return Effect.dieMessage("These messages have a consumer; a stream of their own takes a subscription")
    }
    isConsumed = true
    return Effect.void
  })

  const release = (exit: Exit.Exit<unknown, unknown>) =>
    Effect.sync(() => {
      isConsumed = false
      reader = undefined
      readerFiber = undefined
      if (Exit.isSuccess(exit)) acceptHandedOut()
      else if (!isDiscarded) {
        // Its batch was not worked on to the end: it is for the next consumer, or for another stream.
        const again = handedOut.filter(isLeftBehind)
        handedOut = []
        flow.pass(() => {
          queue.putBack(again)
        })
      }
      progressed()
    })

  const owner = {
    flow,
    withdraw: settings.withdraw,
    onReleased: () => {
      held.released()
      progressed()
    }
  }

  const hand = (delivery: Delivery): Handed => {
    const handed = new Handed(delivery, owner)
    held.add(handed)
    return handed
  }

  const takeUnaccepted = () => [...handedOut, ...held.deliveries(), ...queue.takeAll()]

  return {
    offer: (delivery, mayDrop) => queue.offer(delivery, mayDrop),
    flush,
    messages: { acquire, pull: pull(({ message }) => message), release },
    handed: { acquire, pull: pull(hand), release },
    poll: Effect.suspend(() => {
      if (isConsumed) return Effect.dieMessage("These messages have a consumer, which gets the next one")
      acceptHandedOut()
      const first = isHeldBack() ? undefined : takeFirst()
      progressed()
      if (first !== undefined) return Effect.succeedSome(first)
      return ended?._tag === "Some" ? Effect.fail(ended.value) : Effect.succeedNone
    }),
    next: Effect.acquireUseRelease(
      acquire,
      () => Effect.map(awaited(takeFirst), Option.fromNullable),
      () =>
        Effect.sync(() => {
          isConsumed = false
          reader = undefined
        })
    ),
    end: (error) => {
      // What is not acknowledged when the client is closed here comes again in the next session.
      if (Option.isNone(error) && flow.isClosing()) queue.retain((delivery) => !deliveries.isPending(delivery))
      ended ??= error
      flush()
    },
    discard: (isNormal) => {
      isDiscarded = true
      ended ??= Option.none()
      const all = takeUnaccepted().filter(isLeftBehind)
      handedOut = []
      held.clear()
      stalledSince = undefined
      flush()
      // What is not acknowledged when the client closes is the next session's.
      if (flow.isClosing()) return []
      if (!isNormal || settings.acceptance === "manual") return all
      for (const delivery of all) flow.settle(delivery, 0)
      return []
    },
    unaccepted: () => [...handedOut, ...held.deliveries(), ...queue.all()],
    resumed: (sessionPresent) => {
      if (sessionPresent) {
        superseded = new WeakSet([...handedOut, ...held.deliveries()].filter(({ pending }) => pending?.qos === 1))
        return queue.retain((delivery) => delivery.pending?.qos !== 1)
      }
      superseded = undefined
      queue.sessionLost()
      flush()
    },
    // What needs no acknowledgement is not waited for: nothing tells when its consumer is done with it.
    isBusy: (except) => readerFiber !== except && (!held.isEmpty || handedOut.some(deliveries.isPending)),
    stalledSince: () => stalledSince,
    isBlocking: () => {
      if (queue.isParked && flow.isFull()) return true
      const blocked: Pending | undefined = flow.blockedBy()
      const isOurs = (delivery: Delivery) => blocked !== undefined && delivery.pending === blocked
      return handedOut.some(isOurs) || queue.all().some(isOurs) ||
        held.deliveries().some(isOurs)
    }
  }
}
