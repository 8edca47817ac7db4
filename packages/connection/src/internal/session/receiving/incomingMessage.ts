/**
 * What a program gets of a PUBLISH. It is of a class since V8 counts how many of the objects that a literal makes survive, and
 * if nearly all do, makes them among the old ones for good, where each keeps its payload alive until a full collection. Which
 * messages survive depends on the program; with the packet itself for a message it was all of them (see benchmarks/README.md).
 */
import type { Packet, Properties, QoS } from "@effect-mqtt/codec"
import type { Message } from "../../../Message.ts"

export class IncomingMessage implements Message {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: QoS.QoS
  readonly retain: boolean
  readonly dup: boolean
  readonly properties: Properties.PublishProperties | undefined

  constructor(packet: Packet.Publish) {
    this.topic = packet.topic
    this.payload = packet.payload
    this.qos = packet.qos
    this.retain = packet.retain
    this.dup = packet.dup
    this.properties = packet.properties
  }
}
