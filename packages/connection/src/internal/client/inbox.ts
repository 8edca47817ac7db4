/** The consumer of a single connection: one buffer for every message. */
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Message } from "../../Message.ts"
import type { ConnectError } from "../../MqttError.ts"
import type { Session } from "../../Session.ts"
import type { Consumer } from "./engine.ts"
import type { Pump } from "./pump.ts"
import type { Bounds } from "./subscriber.ts"
import * as subscribers from "./subscriber.ts"

export interface Inbox extends Consumer {
  readonly messages: Stream.Stream<Message, ConnectError>
  /** Ends the messages after what has arrived; with the reason, unless it was closed here. */
  readonly end: (reason: ConnectError) => void
}

export const make = (bounds: Bounds) => (session: Session, pump: Pump): Inbox => {
  const shared = subscribers.makeShared(bounds, session, pump)
  const subscriber = subscribers.make<ConnectError>(shared)
  return {
    messages: Stream.repeatEffectChunkOption(subscriber.pull),
    end: (reason) => subscriber.end(reason.reason === "Closed" ? Option.none() : Option.some(reason)),
    onConnected: () => {},
    onMessage: (message, pending) => subscriber.offer({ message, pending, remaining: 1 }, session.awaitsAnswer()),
    flush: subscriber.flush,
    mustPause: () => shared.parkedBytes >= bounds.readAheadBytes
  }
}
