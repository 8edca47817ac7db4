/**
 * What a simulator stands on: where its broker runs and where its web API is served. There is one in memory and one on
 * loopback ports; another broker or another server is another ground.
 *
 * @since 0.1.0
 */
import type { Authenticate, Authorize } from "@effect-mqtt/broker/AccessControl"
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
  /** Does nothing when it runs. It comes back under the same address, and has forgotten everything. */
  readonly start: Effect.Effect<void, SimulatorError>
  /** Ends every connection and stops listening. */
  readonly stop: Effect.Effect<void, SimulatorError>
  /** As logins hand it out: `tcp://host:port`. */
  readonly url: string
  /** Cuts off the clients with this user name. */
  readonly disconnect: (username: string) => Effect.Effect<void>
}

/**
 * Both halves of the cloud, each started once.
 *
 * @since 0.1.0
 * @category models
 */
export interface Ground {
  /** The broker runs when this returns. */
  readonly broker: (access: BrokerAccess) => Effect.Effect<BrokerHost, SimulatorError, Scope.Scope>
  /** Serves the web API and returns its base URL, without a slash at the end. */
  readonly serve: (app: HttpApp.Default) => Effect.Effect<string, SimulatorError, Scope.Scope>
}
