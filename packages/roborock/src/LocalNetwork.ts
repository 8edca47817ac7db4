/**
 * The home network: TCP to devices, and the datagrams that they broadcast.
 *
 * `NodeLocalNetwork` on `/node` has the real one. Browsers have none: there {@link layerNone} leaves everything to the
 * cloud. {@link makeMemory} is a network within the program, for tests and simulators.
 *
 * @since 0.1.0
 */
import { TransportError } from "@effect-mqtt/connection/MqttError"
import * as Transport from "@effect-mqtt/connection/Transport"
import type { Wire } from "@effect-mqtt/connection/Wire"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PubSub from "effect/PubSub"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/**
 * One datagram, and the address it came from.
 *
 * @since 0.1.0
 * @category models
 */
export interface Datagram {
  readonly bytes: Uint8Array
  readonly from: string
}

/**
 * Opens connections to devices, and hears what they broadcast.
 *
 * @since 0.1.0
 * @category tags
 */
export class LocalNetwork extends Context.Tag("@effect-mqtt/roborock/LocalNetwork")<LocalNetwork, {
  /** False where there is no home network to try, as in a browser. */
  readonly isPresent: boolean
  /** A TCP connection that ends with the scope. It may take as long as the system waits: the caller sets the time-out. */
  readonly connect: (host: string, port: number) => Effect.Effect<Wire, TransportError, Scope.Scope>
  /**
   * What arrives at a UDP port of this machine, shared with other programs where the system allows that. Fails when
   * the port cannot be opened. A slow reader misses the oldest of more than 64.
   */
  readonly datagrams: (port: number) => Stream.Stream<Datagram, TransportError>
}>() {}

const noNetwork = () => new TransportError({ reason: "Unsupported", cause: new Error("there is no local network") })

/**
 * No home network: every device is reached through the cloud.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerNone: Layer.Layer<LocalNetwork> = Layer.succeed(LocalNetwork, {
  isPresent: false,
  connect: () => Effect.suspend(noNetwork),
  datagrams: () => Stream.suspend(() => Stream.fail(noNetwork()))
})

/**
 * A network in memory, and the side of the devices on it.
 *
 * @since 0.1.0
 * @category models
 */
export interface MemoryNetwork {
  readonly network: LocalNetwork["Type"]
  /** Takes connections to an address until the scope closes, which also ends them. A later listener replaces it. */
  readonly listen: (
    host: string,
    port: number,
    serve: (wire: Wire) => Effect.Effect<void>
  ) => Effect.Effect<void, never, Scope.Scope>
  /** Hands a datagram to everybody who reads from the port now. */
  readonly broadcast: (port: number, datagram: Datagram) => Effect.Effect<void>
}

/**
 * A network in memory: no port is opened, and an address where nobody listens refuses at once.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeMemory: Effect.Effect<MemoryNetwork, never, Scope.Scope> = Effect.gen(function*() {
  const hub = yield* Effect.acquireRelease(
    PubSub.sliding<Datagram & { readonly port: number }>(64),
    PubSub.shutdown
  )
  const listeners = new Map<string, Transport.Transport["Type"]>()
  return {
    network: {
      isPresent: true,
      connect: (host, port) =>
        Effect.suspend(() =>
          listeners.get(`${host}:${port}`)?.open({ scheme: "mqtt", host, port, path: "" })
            ?? new TransportError({ reason: "Open", cause: new Error(`nothing listens on ${host}:${port}`) })
        ),
      datagrams: (port) => Stream.filter(Stream.fromPubSub(hub), (datagram) => datagram.port === port)
    },
    listen: (host, port, serve) =>
      Effect.gen(function*() {
        const key = `${host}:${port}`
        const transport = Context.get(yield* Layer.build(Transport.layerMemory(serve)), Transport.Transport)
        yield* Effect.acquireRelease(
          Effect.sync(() => listeners.set(key, transport)),
          () => Effect.sync(() => listeners.get(key) === transport && listeners.delete(key))
        )
      }),
    broadcast: (port, datagram) => Effect.asVoid(PubSub.publish(hub, { ...datagram, port }))
  }
})
