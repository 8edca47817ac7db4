/** Publishing values: the codec of the call, else that of the topic's defaults, else text. */
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { PublishOptions, PublishResult } from "../../../Message.ts"
import { CodecError, PublishError } from "../../../MqttError.ts"
import * as PayloadCodec from "../../../PayloadCodec.ts"
import type { TopicDefaults } from "../../../TopicDefaults.ts"
import type { Publish } from "../publish.ts"
import * as topicDefaults from "./topicDefaults.ts"

const isCodec = (value: PayloadCodec.Any | PublishOptions | undefined): value is PayloadCodec.Any =>
  value !== undefined && "encode" in value

/** The options of a publish with the defaults of its topic filled in. */
export const publishOptions = (
  defaults: TopicDefaults,
  topic: string,
  options: PublishOptions | undefined
): PublishOptions => ({
  ...options,
  qos: options?.qos ?? topicDefaults.ofTopic(defaults, topic, "qos"),
  retain: options?.retain ?? topicDefaults.ofTopic(defaults, topic, "retain")
})

/** Without defaults it is the publish of the engine itself. */
export const makePublish = (publish: Publish, defaults: TopicDefaults | undefined): Publish =>
  defaults === undefined
    ? publish
    : (topic, payload, options) => publish(topic, payload, publishOptions(defaults, topic, options))

export const makePublishValue = (publish: Publish, defaults: TopicDefaults = {}) =>
(
  topic: string,
  value: unknown,
  codecOrOptions?: PayloadCodec.Any | PublishOptions,
  options?: PublishOptions
): Effect.Effect<PublishResult, PublishError> => {
  const given = isCodec(codecOrOptions)
  const codec = given ? codecOrOptions : topicDefaults.ofTopic(defaults, topic, "codec") ?? PayloadCodec.utf8
  return Either.match(codec.encode(value as never), { // codecs check values: without one in the call, they have no type
    onLeft: ({ cause, codec: name }) =>
      new PublishError({
        reason: "InvalidMessage",
        topic,
        cause: new CodecError({ reason: "Encode", codec: name, topic, cause })
      }),
    onRight: (payload) => publish(topic, payload, given ? options : codecOrOptions)
  })
}
