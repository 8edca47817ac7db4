/**
 * The subscriptions of a client, made when there is something to subscribe to or to hand out: a client that only publishes
 * does without, which is a sixth of its memory.
 */
import type * as FiberId from "effect/FiberId"
import type { Negotiated } from "../../../Negotiated.ts"
import type { Pending, Session } from "../../../Session.ts"
import type { Intake, MakeConsumer } from "../engine/engine.ts"
import type { Notify } from "../observing/notices.ts"
import type { DeadLetters } from "./deadLetters.ts"
import type { Bounds } from "./flowControl.ts"
import type { RegistrySettings } from "./registry.ts"
import * as subscriptions from "./subscriptions.ts"
import type { Membership, Subscriptions } from "./subscriptions.ts"

type Settings = Bounds & RegistrySettings

export const make =
  (settings: Settings, deadLetters?: DeadLetters): MakeConsumer<Subscriptions> => (session, pump, isClosing, notify) =>
    new LazySubscriptions(settings, deadLetters, session, pump, isClosing, notify)

class LazySubscriptions implements Subscriptions {
  readonly bounds: Settings
  readonly #deadLetters: DeadLetters | undefined
  readonly #session: Session
  readonly #pump: Intake
  readonly #isClosing: () => boolean
  readonly #notify: Notify
  #made: Subscriptions | undefined = undefined
  #negotiated: Negotiated | undefined = undefined

  constructor(
    settings: Settings,
    deadLetters: DeadLetters | undefined,
    session: Session,
    pump: Intake,
    isClosing: () => boolean,
    notify: Notify
  ) {
    this.bounds = settings
    this.#deadLetters = deadLetters
    this.#session = session
    this.#pump = pump
    this.#isClosing = isClosing
    this.#notify = notify
    // Those that a store has kept are looked at with the first link.
    if (session.restored() !== undefined) this.#use()
  }

  join(...how: Parameters<Subscriptions["join"]>): Membership {
    return this.#use().join(...how)
  }

  onConnected(negotiated: Negotiated): void {
    this.#negotiated = negotiated
    this.#made?.onConnected(negotiated)
  }

  onMessage(message: Parameters<Subscriptions["onMessage"]>[0], pending: Pending | undefined): void {
    this.#use().onMessage(message, pending)
  }

  flush(): void {
    this.#made?.flush()
  }

  mustPause(): boolean {
    return this.#made?.mustPause() === true
  }

  deadline(): number {
    return this.#made?.deadline() ?? Infinity
  }

  tick(now: number): void {
    this.#made?.tick(now)
  }

  isBusy(except: FiberId.FiberId): boolean {
    return this.#made?.isBusy(except) === true
  }

  endAll(...how: Parameters<Subscriptions["endAll"]>): void {
    this.#made?.endAll(...how)
  }

  size(): number {
    return this.#made?.size() ?? 0
  }

  #use(): Subscriptions {
    if (this.#made !== undefined) return this.#made
    const make = subscriptions.make(this.bounds, this.#deadLetters)
    const made = make(this.#session, this.#pump, this.#isClosing, this.#notify)
    this.#made = made
    // What the server offers is known to those that are made while there is a link.
    if (this.#negotiated !== undefined) made.onConnected(this.#negotiated)
    return made
  }
}
