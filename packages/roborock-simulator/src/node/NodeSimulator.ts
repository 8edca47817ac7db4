/**
 * The simulator on real ports of this machine.
 *
 * @since 0.1.0
 */
import * as Broker from "@effect-mqtt/broker/Broker"
import { NodeBroker } from "@effect-mqtt/broker/node"
import { NodeTransport } from "@effect-mqtt/connection/node"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { randomUUID } from "node:crypto"
import * as Http from "node:http"
import type { BrokerHost, Ground, HomeNetwork } from "../Ground.ts"
import { makeEmbeddedHost } from "../internal/simulation/brokerHost.ts"
import * as Simulator from "../Simulator.ts"
import { SimulatorError } from "../SimulatorError.ts"
import { makeLoopbackHome } from "./internal/loopbackHome.ts"
import { selfSigned } from "./internal/selfSigned.ts"

/**
 * Where to listen, besides all that can be chosen in memory.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends Simulator.Options {
  /**
   * Decides all ids, keys and tokens. A client hears the robots of every simulator on this machine, and takes those with
   * the same seed for its own.
   * @default another one each time
   */
  readonly seed?: string | number | undefined
  /**
   * The address to listen on. Other machines can log in only if they can reach it.
   * @default "127.0.0.1"
   */
  readonly host?: string | undefined
  /**
   * Port of the web API; 0 takes any free one.
   * @default 0
   */
  readonly webPort?: number | undefined
  /**
   * Port of the broker; 0 takes any free one.
   * @default 0
   */
  readonly mqttPort?: number | undefined
  /**
   * Makes the broker speak TLS: with the given certificate or, when `true`, with a self-signed one that is valid for a
   * year. Clients have to trust it; it is the `certificate` of the simulator. The web API stays plain HTTP.
   * @default no TLS
   */
  readonly tls?: boolean | NodeBroker.TlsOptions | undefined
  /**
   * Another broker, as `tcp://host:port` or `ssl://host:port`, instead of the embedded one. It has to let in the same
   * clients as the embedded one would, and cannot be stopped or started from here.
   */
  readonly mqttUrl?: string | undefined
}

/**
 * A simulator with its web API and its broker on free loopback ports, over plain HTTP and plain TCP unless `tls` says
 * otherwise, and its robots on loopback addresses of their own. Closing the scope closes all of them.
 *
 * @example
 * ```ts
 * import { Simulator } from "@effect-mqtt/roborock-simulator"
 * import { NodeSimulator } from "@effect-mqtt/roborock-simulator/node"
 * import { Effect } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const { account, baseUrl } = yield* Simulator.Simulator
 *   yield* Effect.log(`log in as ${account.email} at ${baseUrl}`)
 *   return yield* Effect.never
 * }).pipe(Effect.provide(NodeSimulator.layer({ speed: 20 })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Simulator.Simulator, SimulatorError> =>
  Layer.scoped(
    Simulator.Simulator,
    Effect.gen(function*() {
      const home = yield* makeLoopbackHome(options.host ?? loopback)
      const tls = yield* tlsOf(options)
      return yield* Effect.provide(
        Simulator.make({ ...options, seed: options.seed ?? randomUUID() }, makeGround(options, home, tls)),
        NodeTransport.layerWith(tls === undefined ? {} : { tls: { ca: tls.certificate } })
      )
    })
  )

const loopback = "127.0.0.1"

const tlsOf = ({ host = loopback, tls }: Options): Effect.Effect<NodeBroker.TlsOptions | undefined> => {
  if (tls === undefined || tls === false) return Effect.succeed(undefined)
  return tls === true ? selfSigned([...new Set([host, loopback, "::1", "localhost"])]) : Effect.succeed(tls)
}

const listenFailed = (cause: unknown) => new SimulatorError({ reason: "Listen", cause })

const makeGround = (
  { host = loopback, mqttPort = 0, mqttUrl, webPort = 0 }: Options,
  home: HomeNetwork,
  tls: NodeBroker.TlsOptions | undefined
): Ground => ({
  home,
  broker: (access) => {
    if (mqttUrl !== undefined) return Effect.succeed(externalBroker(mqttUrl))
    // The first start takes a free port, and every later one the same.
    let port = mqttPort
    const run = Effect.gen(function*() {
      const broker = yield* Broker.make(access)
      const address = yield* Effect.mapError(NodeBroker.listenTcp(broker, { host, port, tls }), listenFailed)
      port = address.port
      return { broker }
    })
    return Effect.map(makeEmbeddedHost(run), (made): BrokerHost => ({
      ...made,
      url: `${tls === undefined ? "tcp" : "ssl"}://${authority(host, port)}`,
      ...(tls === undefined ? {} : { certificate: [tls.certificate].flat().join("\n") })
    }))
  },
  serve: (app) =>
    Effect.gen(function*() {
      const http = Http.createServer()
      const server = yield* Effect.mapError(NodeHttpServer.make(() => http, { host, port: webPort }), listenFailed)
      // Clients keep idle connections; closing must not wait until they are tired of them.
      yield* Effect.addFinalizer(() => Effect.sync(() => http.closeAllConnections()))
      yield* server.serve(app)
      const { address } = server
      return `http://${authority(host, address._tag === "TcpAddress" ? address.port : webPort)}`
    })
})

const authority = (host: string, port: number): string => `${host.includes(":") ? `[${host}]` : host}:${port}`

const externalBroker = (url: string): BrokerHost => {
  const refuse = Effect.fail(new SimulatorError({ reason: "ExternalBroker" }))
  return { url, start: refuse, stop: refuse, disconnect: () => Effect.void }
}
