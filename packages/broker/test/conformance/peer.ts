import { Packet } from "@effect-mqtt/codec"
import { Endpoint, Transport } from "@effect-mqtt/connection"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { Cause, Effect, Either, Exit, Scope } from "effect"
import type { RawClient } from "../rawClient.ts"
import { overWire } from "../rawClient.ts"

/** A broker that listens on a port, whoever wrote it. */
export interface Target {
  readonly url: string
}

/** One connection over TCP, of which the check writes and reads every packet. */
export interface Peer extends Omit<RawClient, "served"> {
  /** The broker ends the connection; a DISCONNECT or a refusing CONNACK may come before. Gives its code. */
  readonly ended: Effect.Effect<number | undefined>
}

/** Less than a test may take. Mosquitto looks every six seconds which clients are silent. */
const patience = "25 seconds"

export const open = (target: Target, version: 4 | 5): Effect.Effect<Peer, never, Scope.Scope> =>
  Effect.gen(function*() {
    const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
    const transport = yield* Transport.Transport
    const wire = yield* Scope.extend(transport.open(Either.getOrThrow(Endpoint.parse(target.url))), scope)
    const client = overWire(wire, version)
    const answered = <A>(answer: Effect.Effect<A>) =>
      Effect.timeoutFailCause(answer, { duration: patience, onTimeout: () => Cause.die("no answer") })
    const ended: Effect.Effect<number | undefined> = Effect.flatMap(client.next, (packet) => {
      if (packet === undefined) return Effect.succeed(undefined)
      if (packet._tag !== "Disconnect" && (packet._tag !== "ConnAck" || packet.reasonCode === 0)) {
        return Effect.dieMessage(`expected the end, got ${JSON.stringify(packet)}`)
      }
      return Effect.map(ended, () => packet.reasonCode)
    })
    return {
      ...client,
      next: answered(client.next),
      expect: <T extends Packet.PacketType>(tag: T) => answered(client.expect(tag)),
      drain: answered(client.drain),
      cut: Scope.close(scope, Exit.void),
      ended: answered(ended)
    }
  }).pipe(Effect.provide(NodeTransport.layerTcp), Effect.orDie)

export type ConnectFields = Partial<Omit<Packet.Connect, "_tag">>

let lastName = 0

/** A name that no other check uses. */
export const fresh = (prefix = "c"): string => `${prefix}${process.pid}x${++lastName}`

export const connect = (
  target: Target,
  version: 4 | 5,
  fields: ConnectFields = {}
): Effect.Effect<Peer & { readonly connAck: Packet.ConnAck; readonly clientId: string }, never, Scope.Scope> =>
  Effect.gen(function*() {
    const peer = yield* open(target, version)
    const clientId = fields.clientId ?? fresh()
    yield* peer.send(Packet.connect({ keepAlive: 0, ...fields, clientId, protocolVersion: version }))
    const connAck = yield* peer.expect("ConnAck")
    if (connAck.reasonCode !== 0) return yield* Effect.dieMessage(`refused with ${connAck.reasonCode}`)
    return { ...peer, connAck, clientId }
  })

/** Publishes with QoS 1 and waits, so that it is routed when this is done. */
export const publish = (
  peer: Peer,
  topic: string,
  payload: string,
  fields: Partial<Omit<Packet.Publish, "_tag" | "topic" | "payload">> = {}
): Effect.Effect<void> =>
  Effect.zipRight(
    peer.send(
      Packet.publish({ topic, payload: new TextEncoder().encode(payload), qos: 1, packetId: 500, ...fields }),
      ...(fields.qos === 2 ? [Packet.pubRel({ packetId: fields.packetId ?? 500 })] : []),
      Packet.pingReq
    ),
    // What comes before the answer to a ping is an acknowledgement of this very message.
    Effect.repeat(peer.next, { until: (packet) => packet === undefined || packet._tag === "PingResp" })
  ).pipe(Effect.asVoid)

export const published = (packets: ReadonlyArray<Packet.Packet | undefined>): ReadonlyArray<Packet.Publish> =>
  packets.flatMap((packet) => packet?._tag === "Publish" ? [packet] : [])
