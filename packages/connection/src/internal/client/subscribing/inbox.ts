/** The consumer of a single connection: one buffer for every message. */
import * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { Message } from "../../../Message.ts"
import type { ConnectError } from "../../../MqttError.ts"
import * as batches from "../batches.ts"
import type { Consumer, MakeConsumer } from "../engine/engine.ts"
import * as deliveries from "./delivery.ts"
import type { Bounds } from "./flowControl.ts"
import * as flowControl from "./flowControl.ts"
import * as slowConsumers from "./slowConsumers.ts"
import * as subscribers from "./subscriber.ts"

export interface Inbox extends Consumer {
  readonly messages: Stream.Stream<Message, ConnectError>
  /** Ends the messages after what has arrived; with the reason, unless it was closed here. */
  readonly end: (reason: ConnectError) => void
}

export const make = (bounds: Bounds): MakeConsumer<Inbox> => (session, pump, isClosing, notify) => {
  const flow = flowControl.make(bounds, session, pump, isClosing, notify)
  const mustRead = () => pump.mustRead()
  const filters: ReadonlyArray<string> = []
  const subscriber = subscribers.make<ConnectError>(flow, {
    ...bounds,
    acceptance: "pulled",
    overflow: "backpressure",
    filters,
    onOverflow: () => {},
    withdraw: () => false
  })
  let isTouched = false
  const watching = slowConsumers.make(flow, () => [{ subscriber, filters }])
  return {
    messages: batches.toStream(subscriber.messages),
    end: (reason) => subscriber.end(reason.reason === "Closed" ? Option.none() : Option.some(reason)),
    onConnected: () => {},
    onMessage: (message, pending) => {
      if (isClosing()) return
      isTouched = true
      subscriber.offer(deliveries.make(message, pending, 1), mustRead)
    },
    flush: () => {
      if (!isTouched) return
      isTouched = false
      subscriber.flush()
      watching.watch()
    },
    mustPause: flow.isFull,
    deadline: watching.deadline,
    tick: watching.tick,
    isBusy: subscriber.isBusy
  }
}
