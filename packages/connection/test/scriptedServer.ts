import { ScriptedServer } from "@effect-mqtt/broker"
import type { Packet } from "@effect-mqtt/codec"
import { Endpoint, MqttError, Transport } from "@effect-mqtt/connection"
import type { Scope } from "effect"
import { Effect, Layer } from "effect"

/** The server's end of one link. A client that goes off script is a defect of the test. */
export interface Link extends Pick<ScriptedServer.Link, "send" | "sendBytes" | "close"> {
  /** The next packet, or undefined when the client has ended the link. */
  readonly next: Effect.Effect<Packet.Packet | undefined>
  readonly expect: <T extends Packet.PacketType>(tag: T) => Effect.Effect<Extract<Packet.Packet, { _tag: T }>>
}

/** The scripted server of the test kit, with endpoints that cannot be reached. */
export interface Server {
  readonly layer: Layer.Layer<Transport.Transport>
  /** The next link, whatever comes over it. */
  readonly link: Effect.Effect<Link>
  /** The next link, with its CONNECT answered. */
  readonly accept: (
    fields?: Partial<Omit<Packet.ConnAck, "_tag">>
  ) => Effect.Effect<Link & { readonly connect: Packet.Connect }>
  readonly open: () => number
  readonly closeAll: Effect.Effect<void>
  /** Where links were opened to, or would have been. */
  readonly tried: ReadonlyArray<string>
}

export const make = (
  version: 4 | 5 = 5,
  unreachable: ReadonlyArray<string> = []
): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.map(ScriptedServer.make(version), ({ server, transport }) => {
    const tried: Array<string> = []
    return {
      layer: Layer.succeed(Transport.Transport, {
        open: (endpoint) =>
          Effect.suspend(() => {
            tried.push(Endpoint.format(endpoint))
            return unreachable.includes(endpoint.host)
              ? new MqttError.TransportError({ reason: "Open" })
              : transport.open(endpoint)
          })
      }),
      tried,
      link: Effect.map(server.link, toLink),
      accept: (fields) =>
        Effect.orDie(Effect.map(server.accept(fields), (link) => ({ ...toLink(link), connect: link.connect }))),
      open: () => Effect.runSync(server.open),
      closeAll: server.closeAll
    }
  })

const toLink = ({ close, expect, next, send, sendBytes }: ScriptedServer.Link): Link => ({
  close,
  send,
  sendBytes,
  expect: (tag) => Effect.orDie(expect(tag)),
  next: Effect.catchAll(next, (error) => error.reason === "Ended" ? Effect.succeed(undefined) : Effect.die(error))
})
