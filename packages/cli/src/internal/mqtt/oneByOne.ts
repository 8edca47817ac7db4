/** Messages of a subscription, each acknowledged for itself. */
import type { Message } from "@effect-mqtt/connection/Message"
import type { SubscribeError } from "@effect-mqtt/connection/MqttError"
import type { Subscription } from "@effect-mqtt/connection/Subscription"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/**
 * A stream would take all that has come, and with its end acknowledge them: an MQTT 3.1.1 broker sends everything at once.
 * A message is acknowledged when the next one is asked for, or the stream has ended.
 */
export const stream = ({ next, poll }: Subscription): Stream.Stream<Message, SubscribeError> =>
  Stream.repeatEffectOption(
    Effect.flatMap(
      Effect.mapError(next, Option.some),
      Option.match({ onNone: () => Effect.fail(Option.none()), onSome: Effect.succeed })
    )
  ).pipe(
    // What this takes out is not acknowledged any more.
    Stream.ensuringWith((exit) => exit._tag === "Success" ? Effect.ignore(poll) : Effect.void)
  )
