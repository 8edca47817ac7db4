/**
 * A server that does nothing by itself: a test reads and writes every packet.
 *
 * @since 0.1.0
 */
import type { CodecError } from "@effect-mqtt/codec/CodecError"
import * as Decoder from "@effect-mqtt/codec/Decoder"
import * as Encoder from "@effect-mqtt/codec/Encoder"
import * as Packet from "@effect-mqtt/codec/Packet"
import type { ProtocolVersion } from "@effect-mqtt/codec/ProtocolVersion"
import * as Transport from "@effect-mqtt/connection/Transport"
import type { Wire } from "@effect-mqtt/connection/Wire"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"

/**
 * The client did something else than the script says.
 *
 * - `OtherPacket`: it sent a packet of another type, see `packet`.
 * - `Ended`: it ended the link.
 * - `BadBytes`: it sent something that is not a packet, see `cause`.
 *
 * @since 0.1.0
 * @category errors
 */
export class OffScript extends Data.TaggedError("OffScript")<{
  readonly reason: "OtherPacket" | "Ended" | "BadBytes"
  readonly expected: string
  readonly packet?: Packet.Packet | undefined
  readonly cause?: CodecError | undefined
}> {
  override get message(): string {
    const { cause, packet } = this
    const instead = packet !== undefined
      ? `sent ${show(packet)}`
      : cause === undefined
      ? "ended the link"
      : `sent bad bytes: ${cause.message}`
    return `expected ${this.expected}, but the client ${instead}`
  }
}

/**
 * The server's end of one link.
 *
 * @since 0.1.0
 * @category models
 */
export interface Link {
  /** In one write. A packet that cannot be encoded is a defect: the script is wrong. */
  readonly send: (...packets: ReadonlyArray<Packet.Packet>) => Effect.Effect<void>
  /** Anything at all, even half a packet or nonsense. */
  readonly sendBytes: (bytes: Uint8Array) => Effect.Effect<void>
  /** The next packet; waits for it. */
  readonly next: Effect.Effect<Packet.Packet, OffScript>
  /** The next packet, which has to be of this type. */
  readonly expect: <T extends Packet.PacketType>(
    type: T
  ) => Effect.Effect<Extract<Packet.Packet, { readonly _tag: T }>, OffScript>
  /** Waits for the client to end the link; fails if it sends something before. */
  readonly ended: Effect.Effect<void, OffScript>
  /** Drops the link without a word. */
  readonly close: Effect.Effect<void>
}

/**
 * A server for tests of what a client sends, and of how it takes what it is sent. `layer` also
 * provides the `Transport` whose every endpoint leads to it.
 *
 * @example
 * ```ts
 * import { ScriptedServer } from "@effect-mqtt/broker"
 * import { Packet } from "@effect-mqtt/codec"
 * import { MqttClient } from "@effect-mqtt/connection"
 * import { Effect } from "effect"
 *
 * export const test = Effect.gen(function*() {
 *   const server = yield* ScriptedServer.ScriptedServer
 *   const connecting = yield* Effect.fork(MqttClient.make({ url: "mqtt://memory", clientId: "lamp" }))
 *   const { connect, ...link } = yield* server.accept({ properties: { maximumQoS: 1 } })
 *   console.log(connect.clientId) // lamp
 *   const client = yield* connecting
 *   yield* Effect.fork(client.publish("home/lamp", "on", { qos: 1 }))
 *   const { packetId = 0 } = yield* link.expect("Publish")
 *   yield* link.send(Packet.pubAck({ packetId, reasonCode: 0x97 }))
 * }).pipe(Effect.scoped, Effect.provide(ScriptedServer.layer()))
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class ScriptedServer extends Context.Tag("@effect-mqtt/broker/ScriptedServer")<ScriptedServer, {
  /** The next link that is opened, whatever comes over it. */
  readonly link: Effect.Effect<Link>
  /** The next link, with its CONNECT answered. */
  readonly accept: (
    connAck?: Partial<Omit<Packet.ConnAck, "_tag">>
  ) => Effect.Effect<Link & { readonly connect: Packet.Connect }, OffScript>
  /** How many links are open now. */
  readonly open: Effect.Effect<number>
  /** Drops every link: a client that waits for an answer from its server would not close. */
  readonly closeAll: Effect.Effect<void>
}>() {}

/**
 * A scripted server in the same program, without a port, and the `Transport` whose every endpoint leads to it. It speaks
 * the version of the CONNECT, and `version` before there is one. At most 64 links wait for the script.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  version: ProtocolVersion = 5
): Effect.Effect<
  { readonly server: ScriptedServer["Type"]; readonly transport: Transport.Transport["Type"] },
  never,
  Scope.Scope
> =>
  Effect.gen(function*() {
    const links = yield* Queue.bounded<Link>(64)
    const closing = new Set<Effect.Effect<void>>()
    const serve = (wire: Wire) =>
      Effect.flatMap(Deferred.make<void>(), (closed) => {
        const close = Effect.asVoid(Deferred.succeed(closed, undefined))
        closing.add(close)
        return Queue.offer(links, makeLink(wire, version, close)).pipe(
          Effect.zipRight(Deferred.await(closed)),
          Effect.ensuring(Effect.sync(() => closing.delete(close)))
        )
      })
    const built = yield* Layer.build(Transport.layerMemory(serve))
    const server: ScriptedServer["Type"] = {
      link: Queue.take(links),
      accept: (connAck) =>
        Effect.gen(function*() {
          const link = yield* Queue.take(links)
          const connect = yield* link.expect("Connect")
          yield* link.send(Packet.connAck(connAck))
          return { ...link, connect }
        }),
      open: Effect.sync(() => closing.size),
      closeAll: Effect.suspend(() => Effect.all([...closing], { discard: true }))
    }
    return { server, transport: Context.get(built, Transport.Transport) }
  })

/**
 * `make` for a program: the server and its `Transport`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (version: ProtocolVersion = 5): Layer.Layer<ScriptedServer | Transport.Transport> =>
  Layer.scopedContext(
    Effect.map(
      make(version),
      ({ server, transport }) => Context.make(ScriptedServer, server).pipe(Context.add(Transport.Transport, transport))
    )
  )

const decoder = new TextDecoder()

/** With a payload as the text that it mostly is. */
const show = (packet: Packet.Packet): string =>
  JSON.stringify(packet._tag === "Publish" ? { ...packet, payload: decoder.decode(packet.payload) } : packet)

const makeLink = (wire: Wire, version: ProtocolVersion, close: Effect.Effect<void>): Link => {
  const decoder = Decoder.make({ role: "server" })
  const inbox: Array<Packet.Packet> = []
  let error: CodecError | undefined
  const read = (expected: string): Effect.Effect<Packet.Packet, OffScript> =>
    Effect.suspend(() => {
      const packet = inbox.shift()
      if (packet !== undefined) return Effect.succeed(packet)
      if (error !== undefined) return Effect.fail(new OffScript({ reason: "BadBytes", expected, cause: error }))
      return Effect.matchEffect(wire.read, {
        onFailure: () => Effect.fail(new OffScript({ reason: "Ended", expected })),
        onSuccess: (bytes) => {
          const result = decoder.push(bytes)
          inbox.push(...result.packets)
          error = result.error
          return read(expected)
        }
      })
    })
  const write = (pieces: ReadonlyArray<Uint8Array>) => Effect.ignore(wire.write(pieces))
  return {
    send: (...packets) =>
      Effect.suspend(() => {
        const pieces = packets.map((packet) => Encoder.encode(packet, decoder.version ?? version))
        return Effect.flatMap(Effect.orDie(Effect.all(pieces)), write)
      }),
    sendBytes: (bytes) => write([bytes]),
    next: read("a packet"),
    expect: <T extends Packet.PacketType>(type: T) =>
      Effect.flatMap(read(type), (packet) => {
        const isExpected = (packet: Packet.Packet): packet is Extract<Packet.Packet, { readonly _tag: T }> =>
          packet._tag === type
        return isExpected(packet)
          ? Effect.succeed(packet)
          : Effect.fail(new OffScript({ reason: "OtherPacket", expected: type, packet }))
      }),
    ended: Effect.matchEffect(read("the end of the link"), {
      onFailure: (error) => error.reason === "Ended" ? Effect.void : Effect.fail(error),
      onSuccess: (packet) =>
        Effect.fail(new OffScript({ reason: "OtherPacket", expected: "the end of the link", packet }))
    }),
    close
  }
}
