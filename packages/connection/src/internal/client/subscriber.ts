/**
 * The consumer's end of a subscription: a bounded buffer with one reader, and the messages that the
 * reader works on.
 *
 * By default QoS 1 and 2 messages always find room, since Receive Maximum bounds them. A QoS 0 message
 * that finds the buffer full is parked in the read-ahead, which all streams of a client share; while
 * that is full the client stops reading, and only if it must go on (an answer is awaited) the newest
 * QoS 0 messages are dropped. The other overflow policies drop instead.
 */
import * as Channel from "effect/Channel"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Message, Overflow } from "../../Message.ts"
import type { Pending } from "../../Session.ts"
import type { Delivery } from "./delivery.ts"
import * as deliveries from "./delivery.ts"
import type { FlowControl } from "./flowControl.ts"
import type { Handed } from "./handed.ts"
import * as handeds from "./handed.ts"
import * as buffers from "./messageBuffer.ts"

/** `pulled`, `received`: as the option says. `manual`: the consumer settles each message itself. */
export type Acceptance = "pulled" | "received" | "manual"

export interface StreamSettings {
  readonly acceptance: Acceptance
  readonly overflow: Overflow
  readonly bufferMessages: number
  readonly bufferBytes: number
  /** What the stream is known by to the outside. */
  readonly filters: ReadonlyArray<string>
  /** The buffer was full, and `overflow` is `fail`. */
  readonly onOverflow: () => void
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
  readonly messages: Stream.Stream<Message, E>
  /** The same for a stream whose acceptance is `manual`. */
  readonly handed: Stream.Stream<Handed, E>
  readonly poll: Effect.Effect<Option.Option<Message>, E>
  /** Ends the stream after what is buffered, with the error if there is one. */
  readonly end: (error: Option.Option<E>) => void
  /**
   * Nobody will ask again, and the stream is over. After a normal end what is held counts as accepted;
   * gives what is left behind otherwise.
   */
  readonly discard: (isNormal: boolean) => ReadonlyArray<Delivery>
  /** A new link: the server sends QoS 1 messages of the last one again, unless it has lost the session. */
  readonly resumed: (sessionPresent: boolean) => void
  /** Whether a consumer works on messages that are not acknowledged; one that is `except` is not counted. */
  readonly isBusy: (except: FiberId.FiberId) => boolean
  /** Since when messages wait for the consumer without a sign of life. */
  readonly stalledSince: () => number | undefined
  /** Whether it keeps others from getting more: see {@link FlowControl}. */
  readonly isBlocking: () => boolean
}

/** Quota exceeded [5 §3.4.2.1]. */
const overflowCode = 0x97

export const make = <E>(flow: FlowControl, settings: StreamSettings): Subscriber<E> => {
  const { acceptance, bufferBytes, bufferMessages, filters, overflow } = settings
  const buffer = overflow === "latestPerTopic" ? buffers.makeLatestPerTopic() : buffers.makeInOrder()
  let parkedBytes = 0
  /** QoS 1 and 2 messages that the consumer works on: those of its batch, or each for itself. */
  let handedOut: ReadonlyArray<Delivery> = []
  const unsettled = new Set<Handed>()
  let reader: (() => void) | undefined
  let readerFiber: FiberId.FiberId | undefined
  let ended: Option.Option<E> | undefined
  let isConsumed = false
  let isDiscarded = false
  let stalledSince: number | undefined
  let overflowed = 0
  let starved = 0

  const isOver = (size: number, bytes: number) => size > bufferMessages || (size > 1 && bytes > bufferBytes)

  const isFullFor = (bytes: number) => isOver(buffer.size() + 1, buffer.bytes() + bytes)

  const drop = (delivery: Delivery) => {
    overflowed++
    flow.settle(delivery, overflowCode)
  }

  /** In the buffer it is received, if that is what counts. */
  const placed = (delivery: Delivery): Delivery => {
    if (acceptance !== "received" || delivery.pending === undefined) return delivery
    const { message } = delivery
    flow.settle(delivery, 0)
    return deliveries.make(message, undefined, 1)
  }

  const add = (delivery: Delivery) => {
    const replaced = buffer.add(placed(delivery))
    if (replaced !== undefined) drop(replaced)
  }

  const offer = (delivery: Delivery, mayDrop: () => boolean) => {
    const bytes = deliveries.bytesOf(delivery)
    switch (overflow) {
      case "backpressure":
        if (!isFullFor(bytes)) return add(delivery)
        if (delivery.pending === undefined) {
          if (!flow.hasRoom(bytes) && mayDrop()) {
            starved++
            return
          }
          parkedBytes += bytes
          flow.park(bytes)
        }
        // What is received only when there is room for it stays unacknowledged until then.
        buffer.add(delivery)
        return
      case "dropNewest":
        return isFullFor(bytes) ? drop(delivery) : add(delivery)
      case "fail":
        if (!isFullFor(bytes)) return add(delivery)
        drop(delivery)
        return settings.onOverflow()
      case "dropOldest":
      case "latestPerTopic":
        add(delivery)
        while (isOver(buffer.size(), buffer.bytes())) {
          const oldest = buffer.takeFirst()
          if (oldest !== undefined) drop(oldest)
        }
    }
  }

  const unpark = (bytes: number) => {
    if (parkedBytes === 0) return
    const freed = Math.min(parkedBytes, bytes)
    parkedBytes -= freed
    flow.unpark(freed)
  }

  const isIdle = () => handedOut.length === 0 && unsettled.size === 0

  /** The consumer has done something; the time runs anew if there is more for it to do. */
  const progressed = () => {
    stalledSince = isIdle() && buffer.size() === 0 ? undefined : flow.now()
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
    const taken = buffer.takeAll()
    unpark(parkedBytes)
    if (acceptance !== "manual") handedOut = taken.filter(deliveries.isPending)
    return taken
  }

  /** While the client closes nothing new is handed out: it could not be acknowledged. */
  const isHeldBack = () => flow.isClosing() && ended === undefined

  const flush = () => {
    if (overflowed > 0) {
      flow.notify({ _tag: "Dropped", cause: "Overflow", filters, count: overflowed })
      overflowed = 0
    }
    if (starved > 0) {
      flow.notify({ _tag: "Dropped", cause: "ReadAheadFull", filters, count: starved })
      starved = 0
    }
    if (reader !== undefined) {
      if (isHeldBack() || (buffer.size() === 0 && ended === undefined)) return
      const wake = reader
      reader = undefined
      wake()
    } else if (buffer.size() > 0) stalledSince ??= flow.now()
  }

  /** The next batch, as soon as there is one; nothing after the end. */
  const pull = <A>(toElements: (batch: ReadonlyArray<Delivery>) => ReadonlyArray<A>) => {
    const next = Effect.suspend((): Effect.Effect<Chunk.Chunk<A> | undefined, E> => {
      if (buffer.size() === 0) return ended?._tag === "Some" ? Effect.fail(ended.value) : Effect.succeed(undefined)
      const chunk = Chunk.unsafeFromArray(toElements(takeAll()))
      progressed()
      return Effect.succeed(chunk)
    })
    return Effect.withFiberRuntime<Chunk.Chunk<A> | undefined, E>((fiber) => {
      readerFiber = fiber.id()
      acceptHandedOut()
      progressed()
      if (!isHeldBack() && (buffer.size() > 0 || ended !== undefined)) return next
      return Effect.async((resume) => {
        reader = () => resume(next)
        flush()
        return Effect.sync(() => {
          reader = undefined
        })
      })
    })
  }

  const consume = Effect.suspend(() => {
    if (isConsumed) {
      return Effect.dieMessage("These messages have a consumer; a stream of their own takes a subscription")
    }
    isConsumed = true
    return Effect.void
  })

  const release = (exit: Exit.Exit<unknown, unknown>) =>
    Effect.sync(() => {
      isConsumed = false
      readerFiber = undefined
      if (Exit.isSuccess(exit)) acceptHandedOut()
      else if (!isDiscarded) {
        // Its batch was not worked on to the end: it is for the next consumer, or for another stream.
        const again = handedOut
        handedOut = []
        flow.pass(() => {
          for (const replaced of buffer.putBack(again)) drop(replaced)
        })
      }
      progressed()
    })

  /** One step of a channel for each batch: what `Stream` offers for this takes several. */
  const stream = <A>(toElements: (batch: ReadonlyArray<Delivery>) => ReadonlyArray<A>): Stream.Stream<A, E> => {
    const pulled = Channel.fromEffect(pull(toElements))
    const batches: Channel.Channel<Chunk.Chunk<A>, unknown, E> = Channel.flatMap(
      pulled,
      (batch) => batch === undefined ? Channel.void : Channel.flatMap(Channel.write(batch), () => batches)
    )
    return Stream.fromChannel(Channel.acquireUseRelease(consume, () => batches, (_, exit) => release(exit)))
  }

  const hand = (delivery: Delivery): Handed =>
    handeds.make(delivery, flow, {
      onHanded: (handed) => unsettled.add(handed),
      isLeftBehind: (handed) => !unsettled.has(handed) && !settings.withdraw(delivery),
      onSettled: (handed) => {
        unsettled.delete(handed)
        progressed()
      }
    })

  const held = () => [...handedOut, ...Array.from(unsettled, ({ delivery }) => delivery), ...buffer.takeAll()]

  return {
    offer,
    flush,
    messages: stream((batch) => batch.map(({ message }) => message)),
    handed: stream((batch) => batch.map(hand)),
    poll: Effect.suspend(() => {
      if (isConsumed) return Effect.dieMessage("These messages have a consumer, which gets the next one")
      acceptHandedOut()
      const first = isHeldBack() ? undefined : buffer.takeFirst()
      if (first !== undefined) {
        unpark(deliveries.bytesOf(first))
        if (first.pending !== undefined) handedOut = [first]
      }
      progressed()
      if (first !== undefined) return Effect.succeedSome(first.message)
      return ended?._tag === "Some" ? Effect.fail(ended.value) : Effect.succeedNone
    }),
    end: (error) => {
      // What is not acknowledged when the client is closed here comes again in the next session.
      if (Option.isNone(error) && flow.isClosing()) buffer.retain((delivery) => !deliveries.isPending(delivery))
      ended ??= error
      flush()
    },
    discard: (isNormal) => {
      isDiscarded = true
      ended ??= Option.none()
      const all = held().filter(deliveries.isPending)
      handedOut = []
      unsettled.clear()
      stalledSince = undefined
      unpark(parkedBytes)
      flush()
      // What is not acknowledged when the client closes is the next session's.
      if (flow.isClosing()) return []
      if (!isNormal || acceptance === "manual") return all
      for (const delivery of all) flow.settle(delivery, 0)
      return []
    },
    resumed: (sessionPresent) => {
      if (sessionPresent) return buffer.retain((delivery) => delivery.pending?.qos !== 1)
      // No Receive Maximum bounds them any more: they may fill the buffer, not more.
      const count = { messages: 0, bytes: 0 }
      for (const delivery of buffer.all()) {
        if (delivery.message.qos === 0) continue
        count.messages++
        count.bytes += deliveries.bytesOf(delivery)
      }
      buffer.retain((delivery) => {
        delivery.pending = undefined
        if (delivery.message.qos === 0 || !isOver(count.messages, count.bytes)) return true
        count.messages--
        count.bytes -= deliveries.bytesOf(delivery)
        overflowed++
        return false
      })
      flush()
    },
    // What needs no acknowledgement is not waited for: nothing tells when its consumer is done with it.
    isBusy: (except) => readerFiber !== except && (unsettled.size > 0 || handedOut.some(deliveries.isPending)),
    stalledSince: () => stalledSince,
    isBlocking: () => {
      if (parkedBytes > 0 && flow.isFull()) return true
      const blocked: Pending | undefined = flow.blockedBy()
      const isOurs = (delivery: Delivery) => blocked !== undefined && delivery.pending === blocked
      return handedOut.some(isOurs) || buffer.all().some(isOurs) ||
        [...unsettled].some(({ delivery }) => isOurs(delivery))
    }
  }
}
