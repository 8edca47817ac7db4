import type { Subscribe, Subscription, Unsubscribe } from "../../Packet.ts"
import { isQoS } from "../../QoS.ts"
import { carriers } from "../carriers.ts"
import { violation } from "../refusal.ts"
import { expectFilter } from "../topicFilter.ts"
import { type OutputBuffer, writeByte, writePacketId, writeText } from "./outputBuffer.ts"
import { writeProperties } from "./properties.ts"
import { checkQoS } from "./publish.ts"

const writeFilter = (output: OutputBuffer, filter: string): void => {
  writeText(output, filter, "the topic filter")
  expectFilter(output, filter)
}

const optionBits = (output: OutputBuffer, subscription: Subscription): number => {
  const qos = checkQoS(output, subscription.qos, "3.8.3")
  const handling = subscription.retainHandling ?? 0
  if (output.version === 4) {
    if (subscription.noLocal === true || subscription.retainAsPublished === true || handling !== 0) {
      throw violation(output, 0x82, "subscription options do not exist in this version", "3.8.3.1", "3.8.3")
    }
    return qos
  }
  if (!isQoS(handling)) throw violation(output, 0x82, `retain handling ${String(handling)}`, "3.8.3.1")
  if (subscription.noLocal === true && subscription.filter.startsWith("$share/")) {
    throw violation(output, 0x82, "No Local on a shared subscription", "3.8.3.1")
  }
  return qos | (subscription.noLocal === true ? 0x04 : 0) | (subscription.retainAsPublished === true ? 0x08 : 0) |
    handling << 4
}

export const writeSubscribe = (output: OutputBuffer, packet: Subscribe): void => {
  writePacketId(output, packet.packetId)
  writeProperties(output, packet.properties, carriers.Subscribe)
  if (packet.subscriptions.length === 0) throw violation(output, 0x82, "no topic filter", "3.8.3")
  for (const subscription of packet.subscriptions) {
    writeFilter(output, subscription.filter)
    writeByte(output, optionBits(output, subscription), "the subscription options")
  }
}

export const writeUnsubscribe = (output: OutputBuffer, packet: Unsubscribe): void => {
  writePacketId(output, packet.packetId)
  writeProperties(output, packet.properties, carriers.Unsubscribe)
  if (packet.filters.length === 0) throw violation(output, 0x82, "no topic filter", "3.10.3")
  for (const filter of packet.filters) writeFilter(output, filter)
}
