/**
 * What can go wrong for a program that uses the broker.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"

/**
 * The broker did not take a message from the program.
 *
 * - `InvalidMessage`: the topic is not a topic name or has too many levels, or a property cannot be encoded.
 * - `PacketTooLarge`: it is larger than what the broker takes from clients.
 * - `RetainedFull`: there is no room for another retained message.
 *
 * @since 0.1.0
 * @category errors
 */
export class PublishRefused extends Data.TaggedError("PublishRefused")<{
  readonly reason: "InvalidMessage" | "PacketTooLarge" | "RetainedFull"
  readonly topic: string
  readonly cause?: unknown
}> {
  override get message(): string {
    return `The broker refused a message on "${this.topic}": ${sentences[this.reason]}`
  }
}

const sentences: Record<PublishRefused["reason"], string> = {
  InvalidMessage: "the topic or a property is not valid",
  PacketTooLarge: "it is larger than the broker's maximum packet size",
  RetainedFull: "the limit of retained messages is reached"
}
