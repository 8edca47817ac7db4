/**
 * The broker on TCP.
 *
 * @since 0.1.0
 */
import { NodeTransport } from "@effect-mqtt/connection/node"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import * as Broker from "../Broker.ts"

/**
 * The broker could not listen.
 *
 * - `AddressInUse`: another program listens on this port.
 * - `AddressNotAvailable`: this machine does not have the address.
 * - `AccessDenied`: the port is reserved.
 * - `Other`: see `cause`.
 *
 * @since 0.1.0
 * @category errors
 */
export class ListenError extends Data.TaggedError("ListenError")<{
  readonly reason: "AddressInUse" | "AddressNotAvailable" | "AccessDenied" | "Other"
  readonly host: string
  readonly port: number
  readonly cause: unknown
}> {
  override get message(): string {
    return `Cannot listen on ${this.host} port ${this.port}: ${sentences[this.reason]}`
  }
}

const sentences: Record<ListenError["reason"], string> = {
  AddressInUse: "the port is in use",
  AddressNotAvailable: "this machine does not have the address",
  AccessDenied: "the port is reserved",
  Other: "the system refused"
}

/**
 * Where to listen.
 *
 * @since 0.1.0
 * @category models
 */
export interface ListenOptions {
  /** @default "127.0.0.1" */
  readonly host?: string | undefined
  /** 0 takes any free port. @default 0 */
  readonly port?: number | undefined
}

/**
 * Where a broker listens.
 *
 * @since 0.1.0
 * @category models
 */
export interface Address {
  readonly host: string
  /** The port that was taken, never 0. */
  readonly port: number
  /** Such as `mqtt://127.0.0.1:41883`. */
  readonly url: string
}

/**
 * The address of the broker that `layerTcp` provides.
 *
 * @since 0.1.0
 * @category tags
 */
export class BrokerAddress extends Context.Tag("@effect-mqtt/broker/node/NodeBroker/BrokerAddress")<
  BrokerAddress,
  Address
>() {}

/**
 * Serves a broker on TCP until the scope closes, which closes the listener and every socket it has
 * accepted. One broker may listen on several addresses.
 *
 * @since 0.1.0
 * @category constructors
 */
export const listenTcp = (
  broker: Broker.Broker["Type"],
  options: ListenOptions = {}
): Effect.Effect<Address, ListenError, Scope.Scope> =>
  Effect.gen(function*() {
    const { host = "127.0.0.1", port = 0 } = options
    const connections = yield* FiberSet.make<void>()
    const run = yield* FiberSet.runtime(connections)()
    const accept = (socket: Net.Socket) => {
      run(Effect.interruptible(Effect.scoped(Effect.flatMap(NodeTransport.fromSocket(socket), broker.serve))))
    }
    const server = yield* Effect.acquireRelease(listen(accept, host, port), (server) => close(server, connections))
    return yield* addressOf(server, host)
  })

/**
 * A broker that listens on TCP, on this machine only and on any free port unless told otherwise.
 *
 * @example
 * ```ts
 * import { NodeBroker } from "@effect-mqtt/broker/node"
 * import { Effect } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const { url } = yield* NodeBroker.BrokerAddress
 *   yield* Effect.log(`MQTT clients can connect to ${url}`)
 *   return yield* Effect.never
 * }).pipe(Effect.provide(NodeBroker.layerTcp({ port: 1883 })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerTcp = (
  options: Broker.Options & ListenOptions = {}
): Layer.Layer<Broker.Broker | BrokerAddress, ListenError> =>
  Layer.provideMerge(
    Layer.scoped(BrokerAddress, Effect.flatMap(Broker.Broker, (broker) => listenTcp(broker, options))),
    Broker.layer(options)
  )

const listen = (
  accept: (socket: Net.Socket) => void,
  host: string,
  port: number
): Effect.Effect<Net.Server, ListenError> =>
  Effect.async((resume) => {
    const server = Net.createServer(accept)
    const onError = (cause: unknown) =>
      resume(Effect.fail(new ListenError({ reason: reasonOf(cause), host, port, cause })))
    server.once("error", onError)
    server.listen({ host, port }, () => {
      server.off("error", onError)
      // Failing to accept one connection (no file descriptors left) is not the end of the others.
      server.on("error", () => {})
      resume(Effect.succeed(server))
    })
  })

const addressOf = (server: Net.Server, host: string): Effect.Effect<Address> =>
  Effect.suspend(() => {
    const address = server.address()
    // A listening TCP server has an address record; text is for pipes only.
    if (address === null || typeof address === "string") return Effect.dieMessage("The listener has no TCP address")
    const authority = host.includes(":") ? `[${host}]` : host
    return Effect.succeed({ host, port: address.port, url: `mqtt://${authority}:${address.port}` })
  })

/** Nobody new is let in, then everybody inside is shown out. */
const close = (server: Net.Server, connections: FiberSet.FiberSet<void>): Effect.Effect<void> =>
  Effect.suspend(() => {
    let onClosed = () => {}
    let isClosed = false
    server.close(() => {
      isClosed = true
      onClosed()
    })
    const closed = Effect.async<void>((resume) => {
      if (isClosed) return resume(Effect.void)
      onClosed = () => resume(Effect.void)
    })
    return Effect.zipRight(FiberSet.clear(connections), closed)
  })

const reasons: Record<string, ListenError["reason"]> = {
  EADDRINUSE: "AddressInUse",
  EADDRNOTAVAIL: "AddressNotAvailable",
  EACCES: "AccessDenied"
}

const reasonOf = (cause: unknown): ListenError["reason"] => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  return (typeof code === "string" ? reasons[code] : undefined) ?? "Other"
}
