import type { Subscribe, Subscription, Unsubscribe } from "../../Packet.ts"
import { isQoS } from "../../QoS.ts"
import { carriers } from "../carriers.ts"
import { malformed, violation } from "../refusal.ts"
import { expectFilter } from "../topicFilter.ts"
import { readProperties } from "./properties.ts"
import { readByte, type Reader, readPacketId, readText } from "./reader.ts"

const readFilter = (reader: Reader): string => {
  const filter = readText(reader)
  expectFilter(reader, filter)
  return filter
}

const readSubscription = (reader: Reader): Subscription => {
  const filter = readFilter(reader)
  const options = readByte(reader)
  const qos = options & 3
  if (reader.version === 4) {
    if (options > 2 || !isQoS(qos)) throw malformed(reader, "requested QoS or reserved bits", "3.8.3")
    return { filter, qos }
  }
  if ((options & 0xc0) !== 0) throw malformed(reader, "reserved subscription options are set", "3.8.3.1")
  if (!isQoS(qos)) throw violation(reader, 0x82, "maximum QoS 3", "3.8.3.1")
  const retainHandling = options >> 4
  if (!isQoS(retainHandling)) throw violation(reader, 0x82, "retain handling 3", "3.8.3.1")
  const noLocal = (options & 0x04) !== 0
  if (noLocal && filter.startsWith("$share/")) {
    throw violation(reader, 0x82, "No Local on a shared subscription", "3.8.3.1")
  }
  return { filter, qos, noLocal, retainAsPublished: (options & 0x08) !== 0, retainHandling }
}

export const readSubscribe = (reader: Reader): Subscribe => {
  const packetId = readPacketId(reader)
  const properties = reader.version === 5 ? readProperties(reader, carriers.Subscribe) : undefined
  const subscriptions: Array<Subscription> = []
  while (reader.position < reader.end) subscriptions.push(readSubscription(reader))
  if (subscriptions.length === 0) throw violation(reader, 0x82, "no topic filter", "3.8.3")
  return properties === undefined
    ? { _tag: "Subscribe", packetId, subscriptions }
    : { _tag: "Subscribe", packetId, subscriptions, properties }
}

export const readUnsubscribe = (reader: Reader): Unsubscribe => {
  const packetId = readPacketId(reader)
  const properties = reader.version === 5 ? readProperties(reader, carriers.Unsubscribe) : undefined
  const filters: Array<string> = []
  while (reader.position < reader.end) filters.push(readFilter(reader))
  if (filters.length === 0) throw violation(reader, 0x82, "no topic filter", "3.10.3")
  return properties === undefined
    ? { _tag: "Unsubscribe", packetId, filters }
    : { _tag: "Unsubscribe", packetId, filters, properties }
}
