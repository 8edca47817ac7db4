/** The consumer of a single connection: one buffer for every message. */
import * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { Message } from "../../Message.ts"
import type { ConnectError } from "../../MqttError.ts"
import type { Consumer, MakeConsumer } from "./engine.ts"
import type { Bounds } from "./subscriber.ts"
import * as subscribers from "./subscriber.ts"

export interface Inbox extends Consumer {
  readonly messages: Stream.Stream<Message, ConnectError>
  /** Ends the messages after what has arrived; with the reason, unless it was closed here. */
  readonly end: (reason: ConnectError) => void
}

export const make = (bounds: Bounds): MakeConsumer<Inbox> => (session, pump, isClosing, notify) => {
  const shared = subscribers.makeShared(bounds, session, pump, isClosing, notify)
  const subscriber = subscribers.make<ConnectError>(shared)
  return {
    messages: subscriber.messages,
    end: (reason) => subscriber.end(reason.reason === "Closed" ? Option.none() : Option.some(reason)),
    onConnected: () => {},
    onMessage: (message, pending) => subscriber.offer({ message, pending, remaining: 1 }, pump.mustRead()),
    flush: subscriber.flush,
    mustPause: () => shared.parkedBytes >= bounds.readAheadBytes,
    deadline: () => Infinity,
    tick: () => {},
    linkLost: () => {}
  }
}
