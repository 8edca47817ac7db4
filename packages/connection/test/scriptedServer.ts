import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import type { Wire } from "@effect-mqtt/connection"
import { Endpoint, MqttError, Transport } from "@effect-mqtt/connection"
import type { Scope } from "effect"
import { Context, Deferred, Effect, Either, Layer, Queue } from "effect"

/** The server's end of one link: the test writes and reads every packet. */
export interface Link {
  readonly wire: Wire.Wire
  readonly send: (...packets: ReadonlyArray<Packet.Packet>) => Effect.Effect<void>
  /** The next packet, or undefined when the client has ended the link. */
  readonly next: Effect.Effect<Packet.Packet | undefined>
  readonly expect: <T extends Packet.PacketType>(tag: T) => Effect.Effect<Extract<Packet.Packet, { _tag: T }>>
  /** Drops the link. */
  readonly close: Effect.Effect<void>
}

export interface Server {
  readonly layer: Layer.Layer<Transport.Transport>
  /** The next link, whatever comes over it. */
  readonly link: Effect.Effect<Link>
  /** The next link, with its CONNECT answered. */
  readonly accept: (
    fields?: Partial<Omit<Packet.ConnAck, "_tag">>
  ) => Effect.Effect<Link & { readonly connect: Packet.Connect }>
  readonly open: () => number
  /** Drops every link: a client that waits for an answer of its server does not close. */
  readonly closeAll: Effect.Effect<void>
  /** Where links were opened to, or would have been. */
  readonly tried: ReadonlyArray<string>
}

export const make = (
  version: 4 | 5 = 5,
  unreachable: ReadonlyArray<string> = []
): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.gen(function*() {
    const links = yield* Queue.unbounded<Link>()
    let open = 0
    const closing = new Set<Effect.Effect<void>>()
    const transport = yield* Layer.build(Transport.layerMemory((wire) =>
      Effect.gen(function*() {
        const closed = yield* Deferred.make<void>()
        open++
        const close = Effect.asVoid(Deferred.succeed(closed, undefined))
        closing.add(close)
        yield* Queue.offer(links, makeLink(wire, version, close))
        yield* Deferred.await(closed)
      }).pipe(Effect.ensuring(Effect.sync(() => open--)))
    ))
    const tried: Array<string> = []
    return {
      layer: Layer.succeed(Transport.Transport, {
        open: (endpoint) =>
          Effect.suspend(() => {
            tried.push(Endpoint.format(endpoint))
            return unreachable.includes(endpoint.host)
              ? new MqttError.TransportError({ reason: "Open" })
              : Context.get(transport, Transport.Transport).open(endpoint)
          })
      }),
      tried,
      link: Queue.take(links),
      accept: (fields) =>
        Effect.gen(function*() {
          const link = yield* Queue.take(links)
          const connect = yield* link.expect("Connect")
          yield* link.send(Packet.connAck(fields))
          return { ...link, connect }
        }),
      open: () => open,
      closeAll: Effect.suspend(() => Effect.all(closing, { discard: true }))
    }
  })

const makeLink = (wire: Wire.Wire, version: 4 | 5, close: Effect.Effect<void>): Link => {
  const decoder = Decoder.make({ role: "server" })
  const inbox: Array<Packet.Packet> = []
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
    wire,
    send: (...packets) =>
      Effect.ignore(
        wire.write(packets.map((packet) => Either.getOrThrow(Encoder.encode(packet, decoder.version ?? version))))
      ),
    next,
    expect: <T extends Packet.PacketType>(tag: T) =>
      Effect.flatMap(next, (packet) => {
        const isWanted = (packet: Packet.Packet): packet is Extract<Packet.Packet, { _tag: T }> => packet._tag === tag
        if (packet !== undefined && isWanted(packet)) return Effect.succeed(packet)
        return Effect.dieMessage(`expected ${tag}, got ${JSON.stringify(packet)}`)
      }),
    close
  }
}
