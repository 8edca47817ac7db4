/** Keeps a client going and its status up to date, and brings it to its end: closed, or given up. */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Equivalence from "effect/Equivalence"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as LogLevel from "effect/LogLevel"
import * as Runtime from "effect/Runtime"
import * as Scope from "effect/Scope"
import type { ClientOptions } from "../../../ClientOptions.ts"
import type { DisconnectOptions } from "../../../ConnectionOptions.ts"
import type { ConnectionStatus } from "../../../ConnectionStatus.ts"
import { ConnectError, SubscribeError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { Transport } from "../../../Transport.ts"
import { atMost } from "../../timeLimit.ts"
import type { Committer } from "../engine/durability.ts"
import type { Engine } from "../engine/engine.ts"
import { closedHere } from "../engine/engine.ts"
import type { Settings } from "../engine/settings.ts"
import type { LinkError } from "../link/linkFailed.ts"
import { goodbyeTimeout } from "../link/pump.ts"
import { linkLine } from "../observing/linkLine.ts"
import { Live } from "../observing/live.ts"
import { Outcome } from "../outcome.ts"
import type { Subscriptions } from "../subscribing/subscriptions.ts"
import * as attempts from "./attempt.ts"
import { clientIdOf } from "./clientId.ts"
import * as goodbye from "./goodbye.ts"
import type { LinksOwner } from "./links.ts"
import { Links } from "./links.ts"

type OnConnected = (negotiated: Negotiated) => Effect.Effect<void>

/** `onConnected` runs beside each link, once it is ready, and ends with it at the latest. */
export const make = (
  runtime: Runtime.Runtime<Scope.Scope>,
  transport: Context.Tag.Service<Transport>,
  engine: Engine<Subscriptions>,
  settings: Settings,
  options: ClientOptions,
  onConnected: OnConnected | undefined
): Effect.Effect<Driver> =>
  Effect.flatMap(clientIdOf(options), (clientId) => {
    const scope = Context.get(runtime.context, Scope.Scope)
    const shared = attempts.share({ transport, engine, options, settings, runtime })
    const driver = new Driver(engine, shared, options, clientId, { scope, onConnected })
    return Effect.uninterruptible(Effect.zipRight(
      Scope.addFinalizerExit(scope, (exit) => driver.disconnect(goodbye.ofExit(exit))),
      Effect.map(Scope.make(), (scopeOfLink) => {
        driver.start(scopeOfLink)
        return driver
      })
    ))
  })

interface Surroundings {
  readonly scope: Scope.Scope
  readonly onConnected: OnConnected | undefined
}

const closedBy = (cause: LinkError) => (filter: string) => new SubscribeError({ reason: "Closed", filter, cause })

export class Driver implements LinksOwner {
  /** Completes with the first good CONNACK, fails when there will be none. */
  readonly connected = new Outcome<void, LinkError>()
  readonly status = new Live<ConnectionStatus>({ _tag: "Connecting", attempt: 1 }, Equivalence.strict())
  /** Fails when the client gives up; a client that was closed here has not. */
  readonly failure = new Outcome<never, LinkError>()
  readonly #engine: Engine<Subscriptions>
  readonly #runtime: Runtime.Runtime<never>
  readonly #options: ClientOptions
  readonly #scope: Scope.Scope
  readonly #onConnected: OnConnected | undefined
  readonly #links: Links
  readonly #closed = new Outcome<void>()
  /** Present while somebody waits: settles with the epoch of the next good link, or with `Infinity` at the end. */
  #reached: Outcome<number> | undefined = undefined
  #isOver = false
  #hook: Fiber.Fiber<void> | undefined = undefined
  /** Ends the client when its session cannot be kept any more. */
  #keeper: Fiber.Fiber<void> | undefined = undefined

  constructor(
    engine: Engine<Subscriptions>,
    shared: attempts.Shared,
    options: ClientOptions,
    clientId: string,
    { onConnected, scope }: Surroundings
  ) {
    this.#engine = engine
    this.#runtime = shared.runtime
    this.#options = options
    this.#scope = scope
    this.#onConnected = onConnected
    this.#links = new Links(shared, options, clientId, this)
  }

  start(scopeOfLink: Scope.CloseableScope): void {
    this.#links.start(scopeOfLink)
    const { committer } = this.#engine
    if (committer === undefined) return
    this.#keeper = Runtime.runFork(this.#runtime, this.#keep(committer), { immediate: false })
  }

  /** Replaces the link, or ends the wait for the next one; completes when there is one, or will be none. */
  get reconnect(): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#links.isClosing || this.#isOver) return Effect.void
      const before = this.#links.epoch
      this.#links.replace()
      return this.#after(before)
    })
  }

  disconnect(how: DisconnectOptions = {}): Effect.Effect<void> {
    return Effect.zipRight(goodbye.check(how), this.#disconnect(how))
  }

  setStatus(now: ConnectionStatus): void {
    this.status.set(now)
  }

  onReady(negotiated: Negotiated, isRestored: boolean): Effect.Effect<void> | undefined {
    const { epoch } = this.#links
    this.setStatus({ _tag: "Connected", epoch, negotiated })
    this.connected.settle(Exit.void)
    this.#tellReached(epoch)
    const hook = this.#onConnected?.(negotiated)
    // The end of an outage is worth a line. That it connects at first, and how that goes, the program knows by itself.
    const level = isRestored ? LogLevel.Info : LogLevel.Debug
    const line = linkLine(this.#runtime, level, ["MQTT connected"], { clientId: negotiated.clientId, epoch })
    // Most clients have nothing to do here, which needs no fiber.
    if (hook === undefined) return line
    // It may close the client, and then waits for the link to end: nothing of the link may wait for it.
    const begun = Effect.map(Effect.forkIn(hook, this.#scope), (fiber) => void (this.#hook = fiber))
    return line === undefined ? begun : Effect.zipRight(line, begun)
  }

  onReleased(): Effect.Effect<void> {
    const started = this.#hook
    this.#hook = undefined
    return started === undefined ? Effect.void : Fiber.interruptFork(started)
  }

  giveUp(error: LinkError): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#isOver = true
      this.#engine.dispose(error)
      this.#engine.notices.notify({ _tag: "Over", error })
      this.#engine.consumer.endAll(closedBy(error), "fail")
      return Effect.map(this.#lastStatus({ _tag: "Failed", error }), () => {
        this.connected.settle(Exit.fail(error))
        this.failure.settle(Exit.fail(error))
      })
    })
  }

  /**
   * A defect in an Effect or a Schedule of the options must not leave anybody waiting, nor must one that
   * interrupts itself, such as by joining a fiber that was interrupted.
   */
  broken(cause: Cause.Cause<never>): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#links.isClosing || this.#isOver) return Effect.void
      if (!Cause.isInterruptedOnly(cause)) {
        this.connected.settle(Exit.failCause(cause))
        this.failure.settle(Exit.failCause(cause))
      }
      return this.giveUp(new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause: Cause.squash(cause) }))
    })
  }

  /** A session that cannot be kept any more ends the client; one that is over need not be kept. */
  #keep(committer: Committer): Effect.Effect<void> {
    return committer.run(this.#links.halted).pipe(
      Effect.catchAll((error) => Effect.zipRight(this.giveUp(error), this.#links.stop)),
      Effect.catchAllCause((cause) => Effect.zipRight(this.broken(cause), this.#links.stop))
    )
  }

  #disconnect(how: DisconnectOptions): Effect.Effect<void> {
    const { committer, consumer, notices, pump, session } = this.#engine
    // A session that was only kept for a quick return is not left behind.
    const sessionExpiry = this.#options.sessionExpiry === undefined && committer === undefined ? 0 : undefined
    return Effect.uninterruptibleMask((restore) =>
      Effect.gen(this, function*() {
        if (this.#links.isClosing) return yield* restore(this.#closed)
        this.#links.isClosing = true
        // A caller that is interrupted while closing still closes, but no longer waits for what is in flight.
        yield* Effect.exit(restore(this.#engine.drain(how.drain)))
        if (session.isReady()) {
          pump.pass(() => goodbye.say(session, how, sessionExpiry))
          yield* atMost(goodbyeTimeout)(this.#links.halted)
        }
        yield* this.#links.stop
        if (this.#keeper !== undefined) yield* Fiber.interrupt(this.#keeper)
        const closed = closedHere()
        this.#engine.dispose(closed)
        notices.notify({ _tag: "Over", error: undefined })
        consumer.endAll(closedBy(closed), "end")
        if (committer !== undefined) yield* committer.finish
        this.connected.settle(Exit.fail(closed))
        // A client that has given up stays `Failed`: its status has ended.
        yield* this.#lastStatus({ _tag: "Closed" })
        this.#closed.settle(Exit.void)
      })
    )
  }

  #lastStatus(last: ConnectionStatus): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.setStatus(last)
      return Effect.map(this.status.end, () => this.#tellReached(Infinity))
    })
  }

  #tellReached(epoch: number): void {
    const reached = this.#reached
    this.#reached = undefined
    reached?.settle(Exit.succeed(epoch))
  }

  /** Waits for a link behind that of the epoch, or for the end. */
  #after(epoch: number): Effect.Effect<void> {
    this.#reached ??= new Outcome()
    return Effect.flatMap(this.#reached, (reached) => reached > epoch ? Effect.void : this.#after(epoch))
  }
}
