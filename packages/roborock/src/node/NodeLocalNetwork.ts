/**
 * The home network as Node sees it.
 *
 * @since 0.1.0
 */
import { TransportError } from "@effect-mqtt/connection/MqttError"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { Transport } from "@effect-mqtt/connection/Transport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Dgram from "node:dgram"
import { type Datagram, LocalNetwork } from "../LocalNetwork.ts"

const heard = 64

/**
 * Datagrams that arrive at a port on any address of this machine, shared with other programs that share the port too.
 */
const datagrams = (port: number): Stream.Stream<Datagram, TransportError> =>
  Stream.asyncPush<Datagram, TransportError>((emit) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const socket = Dgram.createSocket({ type: "udp4", reuseAddr: true })
        socket.on("message", (bytes, { address }) => {
          emit.single({ bytes: Uint8Array.from(bytes), from: address })
        })
        socket.once("error", (cause) => {
          emit.fail(new TransportError({ reason: "Open", cause }))
        })
        socket.bind({ port })
        return socket
      }),
      (socket) =>
        Effect.sync(() => {
          socket.removeAllListeners()
          // Whatever comes after the end is nobody's business, but an error without a listener ends the process.
          socket.on("error", () => {})
          socket.close()
        })
    ), { bufferSize: heard, strategy: "sliding" })

/**
 * TCP and UDP of this machine.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<LocalNetwork> = Layer.effect(
  LocalNetwork,
  Effect.map(Transport, ({ open }) => ({
    isPresent: true,
    connect: (host, port) => open({ scheme: "mqtt", host, port, path: "" }),
    datagrams
  }))
).pipe(Layer.provide(NodeTransport.layerTcp))
