/**
 * What a simulator stands on: where its broker runs, where its web API is served, and the home network of its robots.
 * There is one in memory and one on loopback ports; for another broker or another server, make another ground.
 *
 * @since 0.1.0
 */
import type { Authenticate, Authorize } from "@effect-mqtt/broker/AccessControl"
import type { Wire } from "@effect-mqtt/connection/Wire"
import type * as HttpApp from "@effect/platform/HttpApp"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { SimulatorError } from "./SimulatorError.ts"

/**
 * Whom the broker has to let in, and to which topics.
 *
 * @since 0.1.0
 * @category models
 */
export interface BrokerAccess {
  readonly authenticate: Authenticate
  readonly authorize: Authorize
}

/**
 * A broker that can be stopped and started.
 *
 * @since 0.1.0
 * @category models
 */
export interface BrokerHost {
  /** Does nothing if it is running. It comes back under the same address, and has forgotten everything. */
  readonly start: Effect.Effect<void, SimulatorError>
  /** Ends every connection and stops listening. */
  readonly stop: Effect.Effect<void, SimulatorError>
  /** As logins hand it out: `tcp://host:port`, or `ssl://host:port` with TLS. */
  readonly url: string
  /** What clients have to trust (PEM), with TLS. */
  readonly certificate?: string | undefined
  /** Cuts off the clients with this user name. */
  readonly disconnect: (username: string) => Effect.Effect<void>
}

/**
 * The home network that robots are on.
 *
 * @since 0.1.0
 * @category models
 */
export interface HomeNetwork {
  /** An address for the robot with this number, or nothing if there is none: then it is reached only through the cloud. */
  readonly addressOf: (index: number) => Effect.Effect<string | undefined>
  /** Takes connections to the robots' TCP port at an address until the scope closes, which also ends them. */
  readonly listen: (
    host: string,
    serve: (wire: Wire) => Effect.Effect<void>
  ) => Effect.Effect<void, SimulatorError, Scope.Scope>
  /** Broadcasts a datagram from that address to the discovery port. */
  readonly broadcast: (from: string, datagram: Uint8Array) => Effect.Effect<void>
}

/**
 * Both halves of the cloud, each started once, and the home.
 *
 * @since 0.1.0
 * @category models
 */
export interface Ground {
  /** The broker is running when this returns. */
  readonly broker: (access: BrokerAccess) => Effect.Effect<BrokerHost, SimulatorError, Scope.Scope>
  readonly home: HomeNetwork
  /** Serves the web API and returns its base URL, without a slash at the end. */
  readonly serve: (app: HttpApp.Default) => Effect.Effect<string, SimulatorError, Scope.Scope>
}
