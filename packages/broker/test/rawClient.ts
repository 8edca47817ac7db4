import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { Transport } from "@effect-mqtt/connection"
import { Effect, Either, Fiber } from "effect"
import type { Scope } from "effect"
import type { Broker } from "../src/index.ts"

type Version = 4 | 5
type Wire = Effect.Effect.Success<typeof Transport.makePipe>[0]

/** A client that does nothing by itself: the test writes and reads every packet. */
export interface RawClient {
  readonly send: (...packets: ReadonlyArray<Packet.Packet>) => Effect.Effect<void>
  readonly sendBytes: (bytes: Uint8Array) => Effect.Effect<void>
  /** The next packet, or undefined when the broker has ended the connection. */
  readonly next: Effect.Effect<Packet.Packet | undefined>
  /** The next packet, which has to be of this type. */
  readonly expect: <T extends Packet.PacketType>(tag: T) => Effect.Effect<Extract<Packet.Packet, { _tag: T }>>
  /** The packets that are there, up to the answer to a ping: so everything before it has been handled. */
  readonly drain: Effect.Effect<ReadonlyArray<Packet.Packet>>
  /** Drops the link without DISCONNECT and waits until the broker has noticed. */
  readonly cut: Effect.Effect<void>
  /** The serving side has returned. */
  readonly served: Effect.Effect<void>
}

export const overWire = (wire: Wire, version: Version): Omit<RawClient, "cut" | "served"> => {
  const decoder = Decoder.make({ version, role: "client" })
  const inbox: Array<Packet.Packet> = []
  const sendBytes = (bytes: Uint8Array) => Effect.ignore(wire.write([bytes]))
  const send = (...packets: ReadonlyArray<Packet.Packet>) =>
    Effect.ignore(wire.write(packets.map((packet) => Either.getOrThrow(Encoder.encode(packet, version)))))
  const next: Effect.Effect<Packet.Packet | undefined> = Effect.suspend(() => {
    const packet = inbox.shift()
    if (packet !== undefined) return Effect.succeed(packet)
    return Effect.matchEffect(wire.read, {
      onFailure: () => Effect.succeed(undefined),
      onSuccess: (bytes) => {
        const { error, packets } = decoder.push(bytes)
        inbox.push(...packets)
        return error === undefined ? next : Effect.die(error)
      }
    })
  })
  return {
    send,
    sendBytes,
    next,
    expect: <T extends Packet.PacketType>(tag: T) =>
      Effect.flatMap(next, (packet) => {
        const isWanted = (packet: Packet.Packet): packet is Extract<Packet.Packet, { _tag: T }> => packet._tag === tag
        if (packet !== undefined && isWanted(packet)) return Effect.succeed(packet)
        return Effect.dieMessage(`expected ${tag}, got ${JSON.stringify(packet)}`)
      }),
    drain: Effect.gen(function*() {
      yield* send(Packet.pingReq)
      const packets: Array<Packet.Packet> = []
      for (;;) {
        const packet = yield* next
        if (packet === undefined) return yield* Effect.dieMessage("the broker ended the connection")
        if (packet._tag === "PingResp") return packets
        packets.push(packet)
      }
    })
  }
}

export const open = (
  broker: Broker.Broker["Type"],
  version: Version = 5
): Effect.Effect<RawClient, never, Scope.Scope> =>
  Effect.gen(function*() {
    const [near, far] = yield* Transport.makePipe
    const serving = yield* Effect.forkScoped(Effect.ensuring(broker.serve(far), far.shutdown))
    const served = Effect.asVoid(Fiber.join(serving))
    return {
      ...overWire(near, version),
      served,
      cut: Effect.zipRight(near.shutdown, served)
    }
  })

/** Opens a connection and is let in. */
export const connect = (
  broker: Broker.Broker["Type"],
  clientId: string,
  fields: Partial<Omit<Packet.Connect, "_tag" | "clientId">> = {}
): Effect.Effect<RawClient & { readonly connAck: Packet.ConnAck }, never, Scope.Scope> =>
  Effect.gen(function*() {
    const version = fields.protocolVersion ?? 5
    const client = yield* open(broker, version)
    yield* client.send(Packet.connect({ keepAlive: 0, ...fields, clientId }))
    const connAck = yield* client.expect("ConnAck")
    if (connAck.reasonCode !== 0) return yield* Effect.dieMessage(`refused with ${connAck.reasonCode}`)
    return { ...client, connAck }
  })

export const subscribe = (
  client: Pick<RawClient, "send" | "expect">,
  filter: string,
  options: Partial<Omit<Packet.Subscription, "filter">> & { readonly identifier?: number } = {}
) => {
  const { identifier, ...rest } = options
  return Effect.zipRight(
    client.send(Packet.subscribe({
      packetId: 1,
      subscriptions: [{ filter, qos: 0, ...rest }],
      ...(identifier === undefined ? {} : { properties: { subscriptionIdentifiers: [identifier] } })
    })),
    client.expect("SubAck")
  )
}

export const text = (value: string): Uint8Array => new TextEncoder().encode(value)

export const publish = (
  topic: string,
  payload: string,
  fields: Partial<Omit<Packet.Publish, "_tag" | "topic" | "payload">> = {}
): Packet.Publish => Packet.publish({ topic, payload: text(payload), ...fields })

export const payloads = (packets: ReadonlyArray<Packet.Packet>): ReadonlyArray<string> =>
  packets.flatMap((packet) => packet._tag === "Publish" ? [new TextDecoder().decode(packet.payload)] : [])
