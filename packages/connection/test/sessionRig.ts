import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import type { Message, MqttError } from "@effect-mqtt/connection"
import { Session } from "@effect-mqtt/connection"
import { Either } from "effect"

export type Version = 4 | 5

export const bytesOf = (version: Version, ...packets: ReadonlyArray<Packet.Packet>): Uint8Array => {
  const parts = packets.map((packet) => Either.getOrThrow(Encoder.encode(packet, version)))
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What became of a publish; undefined while it waits. */
export interface Outcome {
  result: "waits" | number | MqttError.PublishError["reason"]
  readonly cancel: () => void
}

/** A session with a clock of its own and a server of which the test writes every packet. */
export const make = (version: Version = 5, overrides: Partial<Session.Options> = {}) => {
  let now = 0
  let decoder = Decoder.make({ role: "server" })
  const messages: Array<Message.Message> = []
  const pendings: Array<Session.Pending> = []
  const steps: Array<Session.AuthenticationStep> = []
  let connections = 0
  const session = Session.make({
    queueMessages: 1000,
    queueBytes: 1_000_000,
    queueOverflow: "fail",
    queueRetention: "failQos0",
    gatePublishes: false,
    inFlight: 64,
    receiveMaximum: 64,
    readAheadBytes: 1_000_000,
    maxPacketBytes: 100_000,
    connAckTimeout: 10_000,
    acknowledgementTimeout: 30_000,
    pingLead: (keepAlive) => keepAlive / 10,
    maxTopicAliases: 32,
    onAuthenticate: (step) => {
      steps.push(step)
    },
    onConnected: () => {
      connections++
    },
    onMessage: (message, pending) => {
      messages.push(message)
      if (pending !== undefined) pendings.push(pending)
    },
    ...overrides
  })

  /** What the session has written; the transport takes it at once. */
  const sent = (): ReadonlyArray<Packet.Packet> => {
    const pieces = session.takeOutput().map((piece) => piece.slice())
    session.flushed(now, true)
    return pieces.flatMap((piece) => {
      const { error, packets } = decoder.push(piece)
      if (error !== undefined) throw error
      return packets
    })
  }

  const open = (fields: Partial<Packet.Connect> = {}) => {
    decoder = Decoder.make({ role: "server" })
    session.open(
      now,
      Packet.connect({
        clientId: "c",
        protocolVersion: version,
        ...(version === 5 ? { properties: { sessionExpiryInterval: 3600, receiveMaximum: 64 } } : {}),
        ...fields
      })
    )
    return sent()
  }
  const receive = (...packets: ReadonlyArray<Packet.Packet>) => session.receive(now, bytesOf(version, ...packets))
  const connAck = (fields: Partial<Omit<Packet.ConnAck, "_tag">> = {}) => receive(Packet.connAck(fields))

  return {
    session,
    messages,
    pendings,
    /** Of the authentication: what the mechanism was asked for. */
    steps,
    connections: () => connections,
    now: () => now,
    sent,
    tags: () => sent().map((packet) => packet._tag),
    open,
    receive,
    receiveBytes: (raw: Uint8Array) => session.receive(now, raw),
    connAck,
    /** Opens a link and is let in; what the session resends is left in its output. */
    connect: (fields: Partial<Omit<Packet.ConnAck, "_tag">> = {}, connect: Partial<Packet.Connect> = {}) => {
      open({ cleanStart: !session.hasState(), ...connect })
      connAck(fields)
    },
    publish: (topic: string, qos: 0 | 1 | 2, payload = ""): Outcome => {
      let result: Outcome["result"] = "waits"
      const publication = session.publish(
        now,
        {
          _tag: "Publish",
          topic,
          payload: bytes(payload),
          qos,
          retain: false,
          ...(version === 5 ? { properties: {} } : {})
        },
        (settled) => {
          result = Either.match(settled, { onLeft: (error) => error.reason, onRight: (right) => right.reasonCode })
        }
      )
      return {
        get result() {
          return result
        },
        cancel: () => publication.abandon(now)
      }
    },
    /** Moves the clock and ticks at every deadline on the way. */
    advance: (millis: number) => {
      const target = now + millis
      for (let steps = 0; session.deadline() <= target; steps++) {
        if (steps > 1000) throw new Error("the deadline does not move")
        now = Math.max(now, session.deadline())
        session.tick(now)
      }
      now = target
    },
    ended: () => {
      const error = session.ended()
      return error === undefined ? undefined : `${error._tag}.${error.reason}`
    }
  }
}

export const incoming = (
  topic: string,
  packetId: number,
  qos: 1 | 2 = 1,
  fields: Partial<Packet.Publish> = {}
): Packet.Publish => Packet.publish({ topic, payload: bytes(topic), qos, packetId, ...fields })
