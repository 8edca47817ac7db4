import * as Encoder from "@effect-mqtt/codec/Encoder"
import type * as Properties from "@effect-mqtt/codec/Properties"
import * as Topic from "@effect-mqtt/codec/Topic"
import * as Effect from "effect/Effect"
import { PublishRefused } from "../BrokerError.ts"
import type { Core } from "./core.ts"
import * as Message from "./messages/message.ts"
import { copyOf } from "./messages/ownedBytes.ts"

/** Publishes for the program; what subscribers could not be sent is refused. */
export const make = (core: Core) => {
  // Where that is tried, without a copy of the payload.
  const trial = Encoder.makeOutput({ largePayloadBytes: 1 })
  return (given: Message.Source, now: number): Effect.Effect<void, PublishRefused> => {
    const { topic } = given
    const refuse = (reason: PublishRefused["reason"], cause?: unknown) =>
      Effect.fail(new PublishRefused({ reason, topic, cause }))
    if (Topic.nameProblem(topic) !== undefined || topic.split("/").length > core.limits.maxTopicLevels) {
      return refuse("InvalidMessage")
    }
    const packet = Message.toPublish(Message.toNobody(Message.make(given, undefined, now)), undefined, false, 5, now)
    const error = Encoder.encodeInto(trial, packet, 5, { maxPacketBytes: core.limits.maxPacketBytes })
    trial.take()
    trial.release()
    if (error !== undefined) return refuse(error._tag === "PacketTooLarge" ? "PacketTooLarge" : "InvalidMessage", error)
    const message = Message.make(copied(given), undefined, now)
    return core.publish(message, true, now) === "RetainedFull" ? refuse("RetainedFull") : Effect.void
  }
}

/** The program may go on writing to what it gave. */
const copied = (source: Message.Source): Message.Source => {
  const { payload, properties } = source
  return {
    ...source,
    payload: copyOf(payload),
    ...(properties === undefined ? {} : { properties: copiedProperties(properties) })
  }
}

const copiedProperties = (properties: Properties.PublishProperties): Properties.PublishProperties => {
  const { correlationData, userProperties } = properties
  return {
    ...properties,
    ...(correlationData === undefined ? {} : { correlationData: copyOf(correlationData) }),
    ...(userProperties === undefined ? {} : { userProperties: userProperties.map(([name, value]) => [name, value]) })
  }
}
