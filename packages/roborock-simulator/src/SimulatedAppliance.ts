/**
 * A wet-dry vacuum or a washing machine on the network, with an MQTT connection of its own.
 *
 * @since 0.1.0
 */
import { Transport } from "@effect-mqtt/connection/Transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { ApplianceIdentity } from "./Account.ts"
import { makeApplianceDevice } from "./internal/a01/device.ts"
import { makeDyad } from "./internal/a01/dyad.ts"
import { makeZeo } from "./internal/a01/zeo.ts"
import { makeCloudLink } from "./internal/simulation/cloudLink.ts"
import { type Faults, makeFaults } from "./internal/simulation/faults.ts"
import { makePower } from "./internal/simulation/power.ts"
import { defaultReconnect } from "./SimulatedRobot.ts"

/**
 * A running machine, to inspect and to interfere with.
 *
 * @since 0.1.0
 * @category models
 */
export interface SimulatedAppliance {
  readonly name: string
  readonly duid: string
  /** Which kind of machine it is, as chosen in the options. */
  readonly product: ApplianceIdentity["product"]
  /** Its data points now, by number: what the cloud knows, and what clients can ask for. */
  readonly dataPoints: Effect.Effect<ReadonlyMap<number, unknown>>
  /** Whether it has a connection to the broker. */
  readonly isOnline: Effect.Effect<boolean>
  /** Returns as soon as it has a connection to the broker and hears what is sent to it. */
  readonly awaitOnline: Effect.Effect<void>
  /** Returns as soon as it has noticed that it has none. */
  readonly awaitOffline: Effect.Effect<void>
  /** Switches it off until it is switched on again. */
  readonly switchOff: Effect.Effect<void>
  /** Does nothing when it is on. */
  readonly switchOn: Effect.Effect<void>
  /** From now on it lives this many times as fast as real time. */
  readonly setSpeed: (speed: number) => Effect.Effect<void>
  /** Makes it stop with an error code of its kind, such as 20002 (Dyad) or 2 (Zeo). */
  readonly fail: (errorCode: number) => Effect.Effect<void>
  /** Puts it right; a program of a washing machine waits to be started again. */
  readonly recover: Effect.Effect<void>
}

/**
 * What a machine is, and which broker it reports to.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly identity: ApplianceIdentity
  /** The user part of the account's topics. */
  readonly owner: { readonly userId: string; readonly username: string }
  readonly mqttUrl: string
  /** The faults of what it sends. @default none */
  readonly faults?: Faults | undefined
  /** @default `SimulatedRobot.defaultReconnect` */
  readonly reconnectEvery?: Duration.DurationInput | undefined
  /**
   * How many times as fast as real time it lives.
   * @default 1
   */
  readonly speed?: number | undefined
  /**
   * Whether it begins switched off.
   * @default false
   */
  readonly offline?: boolean | undefined
}

const machines = { Dyad: makeDyad, Zeo: makeZeo } as const

/**
 * Starts a machine. It connects, and connects again, until the scope closes or it is switched off.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Effect.Effect<SimulatedAppliance, never, Scope.Scope | Transport> =>
  Effect.gen(function*() {
    const { faults = makeFaults(), identity, mqttUrl, owner } = options
    const transport = yield* Transport
    const machine = machines[identity.product](identity.serialNumber)
    const device = yield* makeApplianceDevice(identity, machine, options.speed ?? 1)
    const link = yield* makeCloudLink({
      identity,
      device,
      owner,
      mqttUrl,
      reconnect: options.reconnectEvery === undefined ? defaultReconnect : Schedule.spaced(options.reconnectEvery),
      faults,
      quietTime: () => "1 second"
    })
    const power = yield* makePower(Effect.provideService(link.run, Transport, transport))
    if (options.offline !== true) yield* power.on
    const show = (errorCode: number) => Effect.zipRight(device.fail(errorCode), link.stir)
    return {
      name: identity.name,
      duid: identity.duid,
      product: identity.product,
      dataPoints: device.current,
      isOnline: link.isOnline,
      awaitOnline: link.awaitOnline,
      awaitOffline: link.awaitOffline,
      switchOff: power.off,
      switchOn: power.on,
      setSpeed: device.setSpeed,
      fail: show,
      recover: show(0)
    }
  })
