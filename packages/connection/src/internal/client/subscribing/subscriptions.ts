/**
 * Everything that a client has subscribed to: hands each message to the streams that want it, and keeps
 * those that none wants for a while.
 */
import * as Option from "effect/Option"
import { SubscribeError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { Consumer, MakeConsumer } from "../engine/engine.ts"
import type { DeadLetters } from "./deadLetters.ts"
import * as deliveries from "./delivery.ts"
import type { GrantListener, Member } from "./entry.ts"
import type { Bounds } from "./flowControl.ts"
import * as flowControl from "./flowControl.ts"
import type { RegistrySettings } from "./registry.ts"
import * as registries from "./registry.ts"
import type { Request } from "./requests.ts"
import * as routings from "./routing.ts"
import * as slowConsumers from "./slowConsumers.ts"
import type { StreamSettings, Subscriber } from "./subscriber.ts"
import * as subscribers from "./subscriber.ts"
import * as unclaimeds from "./unclaimed.ts"

export interface Membership {
  readonly subscriber: Subscriber<SubscribeError>
  /**
   * Leaves every filter; calls back when the server has confirmed what had to be unsubscribed. What is
   * left behind by an end that is not normal waits for another stream.
   */
  readonly leave: (isNormal: boolean, onLeft: () => void) => void
}

export type StreamOptions = Omit<StreamSettings, "filters" | "onOverflow" | "withdraw">

export interface Subscriptions extends Consumer {
  /**
   * The listener hears once per filter, when the server has answered or the filter was refused. `onOverfull` is called where
   * no answer can come before somebody accepts what the stream holds.
   */
  readonly join: (
    requests: ReadonlyArray<Request>,
    stream: StreamOptions,
    listener: GrantListener,
    onOverfull: () => void
  ) => Membership
  /** Ends every stream, or fails it; whoever still waits for an answer gets the error either way. */
  readonly endAll: (toError: (filter: string) => SubscribeError, how: "end" | "fail") => void
  readonly bounds: Bounds
  /** How much is held: entries, streams and messages that wait for one. Nothing after the end. */
  readonly size: () => number
}

/** What has waited unclaimed is not dropped any more. */
const keepAll = () => false

export const make = (
  settings: Bounds & RegistrySettings,
  deadLetters?: DeadLetters
): MakeConsumer<Subscriptions> =>
(session, pump, isClosing, notify) => {
  const flow = flowControl.make(settings, session, pump, isClosing, notify)
  const mustRead = () => pump.mustRead()
  const routing = routings.make(session.restored()?.lastIdentifier)
  const registry = registries.make(routing, session, flow.now, settings, notify)
  const unclaimed = unclaimeds.make(flow, settings.consumerTimeout, deadLetters)
  const members = new Set<Member>()
  /** Packet identifiers of QoS 1 messages that nobody had accepted when the link dropped, until they are here again. */
  const comingAgain = new Set<number>()
  /** Got messages in this pass, each of them once. */
  let touched: Array<Member> = []
  const watching = slowConsumers.make(flow, function*() {
    for (const { requests, subscriber } of members) yield { subscriber, filters: [...requests.keys()] }
  })

  const makeMember = (
    requests: ReadonlyMap<string, Request>,
    stream: StreamOptions,
    onOverfull: () => void
  ): Member => {
    const filters = [...requests.keys()]
    const member: Member = {
      requests,
      onOverfull,
      isOver: false,
      isTouched: false,
      subscriber: subscribers.make<SubscribeError>(flow, {
        ...stream,
        filters,
        onOverflow: () =>
          registry.expel(member, new SubscribeError({ reason: "Overflow", filter: filters.join(", ") })),
        withdraw: unclaimed.withdraw
      })
    }
    return member
  }

  const touch = (member: Member) => {
    if (member.isTouched) return
    member.isTouched = true
    touched.push(member)
  }

  const route = (message: deliveries.Delivery["message"], pending: deliveries.Delivery["pending"]) => {
    const comesAgain = comingAgain.size > 0 && pending?.qos === 1 && comingAgain.delete(pending.id) && message.dup
    const recipients = routing.recipients(message, comesAgain)
    if (recipients === undefined || recipients.size === 0) {
      if (pending === undefined) notify({ _tag: "Dropped", cause: "Unclaimed", filters: [], count: 1 })
      // What was asked for and is not wanted any more has to be acknowledged all the same [MQTT-4.5.0-2].
      else if (recipients !== undefined && !comesAgain) session.accept(pending)
      else unclaimed.hold(deliveries.make(message, pending, 1))
      return
    }
    const delivery = deliveries.make(message, pending, recipients.size)
    for (const member of recipients) {
      touch(member)
      member.subscriber.offer(delivery, mustRead)
    }
  }

  const expectAgain = (unaccepted: ReadonlyArray<deliveries.Delivery>) => {
    for (const { pending } of unaccepted) if (pending?.qos === 1) comingAgain.add(pending.id)
  }

  return {
    bounds: settings,
    join: (wanted, stream, listener, onOverfull) => {
      const requests = new Map(wanted.map((request) => [request.filter, request]))
      const member = makeMember(requests, stream, onOverfull)
      members.add(member)
      for (const request of wanted) if (!member.isOver) registry.join(request, member, listener)
      if (!member.isOver) {
        for (const delivery of unclaimed.claim([...requests.keys()])) {
          member.subscriber.offer(delivery, keepAll)
          touch(member)
        }
      }
      return {
        subscriber: member.subscriber,
        leave: (isNormal, onLeft) => {
          let waiting = requests.size
          for (const filter of requests.keys()) registry.leave(filter, member, () => --waiting === 0 && onLeft())
          members.delete(member)
          member.isTouched = false
          for (const delivery of member.subscriber.discard(isNormal)) unclaimed.hold(delivery)
        }
      }
    },
    onConnected: (negotiated: Negotiated) => {
      const { sessionPresent } = negotiated
      if (sessionPresent) {
        expectAgain(unclaimed.all())
        for (const { subscriber } of members) expectAgain(subscriber.unaccepted())
      } else comingAgain.clear()
      unclaimed.resumed(sessionPresent)
      for (const { subscriber } of members) subscriber.resumed(sessionPresent)
      registry.onConnected(negotiated)
    },
    // A client that closes gets nothing new: it comes again in the next session.
    onMessage: (message, pending) => {
      if (!isClosing()) route(message, pending)
    },
    flush: () => {
      if (touched.length === 0) return
      const members = touched
      touched = []
      for (const member of members) {
        // One that has left meanwhile is not waited for.
        if (!member.isTouched) continue
        member.isTouched = false
        member.subscriber.flush()
        if (session.mustStop()) member.onOverfull()
      }
      watching.watch()
    },
    mustPause: flow.isFull,
    deadline: () => Math.min(unclaimed.deadline(), registry.deadline(), watching.deadline()),
    tick: (now) => {
      unclaimed.tick(now)
      registry.tick(now)
      watching.tick(now)
    },
    isBusy: (except) => {
      for (const { subscriber } of members) if (subscriber.isBusy(except)) return true
      return false
    },
    endAll: (toError, how) => {
      for (const { requests, subscriber } of members) {
        const [filter = ""] = requests.keys()
        subscriber.end(how === "fail" ? Option.some(toError(filter)) : Option.none())
      }
      members.clear()
      unclaimed.clear()
      registry.clear(toError)
    },
    size: () => routing.size() + members.size + unclaimed.size()
  }
}
