/**
 * Opens link after link until no other is wanted, or the reconnect schedule is over. There is never more than one
 * link: an attempt starts after the last wire is released.
 *
 * A fiber runs from the end of a link to the beginning of the next attempt, which has one of its own. While there is a link
 * there is none: its stack would take a sixth of the memory of an idle client.
 */
import type { ProtocolVersion } from "@effect-mqtt/codec"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as LogLevel from "effect/LogLevel"
import * as Runtime from "effect/Runtime"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import type { ClientOptions } from "../../../ClientOptions.ts"
import type { ConnectionStatus } from "../../../ConnectionStatus.ts"
import type { Endpoint } from "../../../Endpoint.ts"
import { ConnectError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import * as Reconnect from "../../../Reconnect.ts"
import type { Traces } from "../../../TraceContext.ts"
import { mayLastUntil } from "../../session/storing/marker.ts"
import { toConnectError } from "../link/linkFailed.ts"
import type { LinkError } from "../link/linkFailed.ts"
import { linkLine } from "../observing/linkLine.ts"
import { Outcome } from "../outcome.ts"
import type * as attempts from "./attempt.ts"
import { Delay } from "./delay.ts"
import type { LinkHolder } from "./link.ts"
import { Link } from "./link.ts"
import { Outage } from "./outage.ts"
import type * as retries from "./retry.ts"
import { Version } from "./version.ts"

export interface LinksOwner {
  readonly setStatus: (now: ConnectionStatus) => void
  /** A server has let us in, perhaps again; gives what is left to do before anything else is received. */
  readonly onReady: (negotiated: Negotiated, isRestored: boolean) => Effect.Effect<void> | undefined
  /** Runs when nothing of a link is left. */
  readonly onReleased: () => Effect.Effect<void>
  readonly giveUp: (error: LinkError) => Effect.Effect<void>
  /** An Effect or a Schedule of the options has died or was interrupted, or this program is broken. */
  readonly broken: (cause: Cause.Cause<never>) => Effect.Effect<void>
}

type Ending = retries.Ending & Pick<Link, "wasToStartClean">

/** The session itself makes way for the next link: nothing has failed. */
const isReplaced = (error: LinkError): boolean =>
  error._tag === "ConnectError" && error.reason === "Closed" && error.retryable
const identifierRefused = 0x85

export class Links implements LinkHolder {
  /** There will be no other link. */
  readonly halted = new Outcome<void>()
  /** Set when no other link is wanted. */
  isClosing = false
  readonly #shared: attempts.Shared
  readonly #options: ClientOptions
  readonly #owner: LinksOwner
  readonly #outage: Outage
  readonly #version: Version
  readonly #delay = new Delay()
  #clientId: string
  #count = 0
  #epoch = 0
  #sessionExpiry = 0
  #resumableUntil = Infinity
  #isReplacing = false
  /** Whether a link was lost that has not been replaced yet. */
  #isLost = false
  #schedule: Schedule.ScheduleDriver<unknown, ConnectError> | undefined = undefined
  #link: Link | undefined = undefined
  /** Kept while it has work, and for good once there will be no other link; without one, the end of a link starts one. */
  #fiber: Fiber.RuntimeFiber<void> | undefined = undefined
  #isStopped = false

  constructor(shared: attempts.Shared, options: ClientOptions, clientId: string, owner: LinksOwner) {
    this.#shared = shared
    this.#options = options
    this.#clientId = clientId
    this.#owner = owner
    this.#outage = new Outage(options, shared.settings)
    this.#version = new Version(shared.settings)
  }

  /** How often a server has let us in. */
  get epoch(): number {
    return this.#epoch
  }

  get endpoint(): Effect.Effect<Endpoint, LinkError> {
    return this.#outage.endpoint
  }

  get traces(): Traces | undefined {
    return this.#options.traces
  }

  /** Begins with an attempt, which has this scope. */
  start(scope: Scope.CloseableScope): void {
    // A scope that is closed already closes a client before it begins.
    if (!this.#isStopped) this.#begin(scope)
  }

  /** Goes on until there is a link again, or there will be none. */
  #goOn(): void {
    const driving = Effect.gen(this, function*() {
      for (let link = this.#link; link?.ending !== undefined; link = this.#begin(yield* Scope.make())) {
        if (!(yield* this.#follow(yield* this.#release(link, link.ending)))) return this.halted.settle(Exit.void)
      }
      this.#fiber = undefined
    })
    const guarded = Effect.catchAllCause(driving, (cause) => {
      this.halted.settle(Exit.void)
      return this.#owner.broken(cause)
    })
    // What waits for others is interruptible; a link that has begun is never left out of sight.
    this.#fiber = Runtime.runFork(this.#shared.runtime, Effect.uninterruptible(guarded), { immediate: false })
  }

  /** Replaces the link, or ends the wait for the next one. */
  replace(): void {
    const { pump, session } = this.#shared.engine
    if (!session.isReady()) return this.#delay.end()
    this.#isReplacing = true
    pump.pass(() => session.disconnect(0))
  }

  /** Ends what there is, without a goodbye. */
  get stop(): Effect.Effect<void> {
    return Effect.uninterruptible(Effect.suspend(() => {
      this.#isStopped = true
      const ended = this.#fiber === undefined ? Effect.void : Fiber.interrupt(this.#fiber)
      return Effect.ensuring(Effect.zipRight(ended, this.#abandon), Effect.sync(() => this.halted.settle(Exit.void)))
    }))
  }

  /** A fiber that is interrupted before its first step, or behind its last one, leaves the link as it is. */
  get #abandon(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const link = this.#link
      this.#link = undefined
      return link?.close(Exit.interrupt(FiberId.none)) ?? Effect.void
    })
  }

  #begin(scope: Scope.CloseableScope): Link {
    const { notices, session } = this.#shared.engine
    const attempt = ++this.#count
    notices.notify({ _tag: "Connecting", attempt })
    this.#owner.setStatus({ _tag: "Connecting", attempt })
    const protocolVersion = this.#version.next
    const beginning = {
      clientId: this.#clientId,
      cleanStart: this.#cleanStart(protocolVersion),
      protocolVersion,
      wasToStartClean: session.mustStartClean()
    }
    const link = new Link(this, beginning, this.#shared, scope)
    this.#link = link
    link.begin()
    return link
  }

  #cleanStart(protocolVersion: ProtocolVersion.ProtocolVersion): boolean {
    const { engine: { committer, pump, session }, settings: { cleanStart } } = this.#shared
    // Without an identifier there is nothing that could be resumed [MQTT-3.1.3-7].
    if (session.mustStartClean() || this.#clientId === "") return true
    // In 3.1.1 a session that starts clean would not outlive its link.
    if (committer !== undefined && this.#options.cleanStart === undefined) {
      return protocolVersion === 5 && !session.isResumable(pump.now())
    }
    if (cleanStart !== "first") return cleanStart
    return this.#epoch === 0 || (protocolVersion === 5 && pump.now() > this.#resumableUntil)
  }

  onReady(link: Link, negotiated: Negotiated): Effect.Effect<void> | undefined {
    link.readyAt = this.#shared.engine.pump.now()
    // An identifier that the server assigned is what the session is known by from now on.
    this.#clientId = negotiated.clientId
    this.#sessionExpiry = negotiated.sessionExpiry
    this.#isReplacing = false
    this.#version.ready()
    this.#outage.ready()
    this.#epoch++
    const isRestored = this.#isLost
    this.#isLost = false
    return this.#owner.onReady(negotiated, isRestored)
  }

  onEnded(): void {
    if (this.#fiber === undefined && !this.#isStopped) this.#goOn()
  }

  onReleased(): Effect.Effect<void> {
    return this.#owner.onReleased()
  }

  #release(link: Link, exit: Exit.Exit<never, LinkError>): Effect.Effect<Ending> {
    return Effect.gen(this, function*() {
      this.#link = undefined
      yield* link.close(exit)
      const { protocolVersion, readyAt, wasToStartClean } = link
      const { pump, session } = this.#shared.engine
      const now = pump.now()
      if (readyAt !== undefined) this.#resumableUntil = mayLastUntil(now, this.#sessionExpiry)
      return {
        error: yield* Effect.flip(exit),
        protocolVersion,
        readyFor: readyAt === undefined ? undefined : now - readyAt,
        wasBusy: session.wasBusy(),
        wasToStartClean
      }
    })
  }

  /** Waits until it is time for the next attempt; false if there will be none. */
  #follow(ending: Ending): Effect.Effect<boolean> {
    return Effect.gen(this, function*() {
      this.#shared.engine.notices.notify({ _tag: "LinkEnded", error: ending.error })
      if (this.isClosing || this.#isStopped) return false
      const isWanted = this.#isReplacing
      if (isWanted || isReplaced(ending.error)) {
        this.#isReplacing = false
        this.#count = 0
        const error = isWanted ? new ConnectError({ reason: "Closed", retryable: true }) : ending.error
        this.#owner.setStatus({ _tag: "Disconnected", error })
        return true
      }
      if (this.#hasLearnt(ending)) return true
      if (ending.readyFor !== undefined) this.#count = 0
      const failsFast = this.#epoch === 0 && this.#options.initialConnect !== "retry"
      const { error, isRedirected, isStable, next } = this.#outage.judge(ending, failsFast)
      if (isStable) this.#schedule = undefined
      const isLoss = ending.readyFor !== undefined
      this.#isLost ||= isLoss
      // What ends the attempts of a client is in the hands of its program.
      if (isLoss || next !== "Never") yield* this.#log(error, isLoss, isRedirected)
      if (next === "Never") {
        yield* this.#owner.giveUp(error)
        return false
      }
      this.#owner.setStatus({ _tag: "Disconnected", error })
      if (next === "AtOnce") return true
      const failed = toConnectError(error, { reason: "ConnectRefused", retryable: true })
      this.#schedule ??= yield* Schedule.driver(this.#options.reconnect ?? Reconnect.forever)
      const goesOn = yield* Effect.interruptible(this.#delay.wait(this.#schedule, failed))
      if (!goesOn) yield* this.#owner.giveUp(error)
      return goesOn
    })
  }

  #log({ message }: LinkError, isLoss: boolean, isRedirected: boolean): Effect.Effect<void> {
    return linkLine(
      this.#shared.runtime,
      isLoss || isRedirected ? LogLevel.Info : LogLevel.Debug,
      [isRedirected ? "MQTT server sends this client elsewhere" : "MQTT disconnected", message],
      { clientId: this.#clientId, epoch: this.#epoch }
    ) ?? Effect.void
  }

  /** What the last attempt has taught us is tried at once, and is not a failure. */
  #hasLearnt({ error, protocolVersion, wasToStartClean }: Ending): boolean {
    // The server is fine, it only remembers more than this client does: once more, clean.
    if (this.#shared.engine.session.mustStartClean() && !wasToStartClean) return true
    if (this.#version.refused(protocolVersion, error)) return true
    // An identifier that a server assigned need not please the next one [5 §3.2.2.3.7].
    if (error._tag === "AuthError" || error.reasonCode !== identifierRefused) return false
    if (this.#options.clientId !== "" || this.#clientId === "") return false
    this.#clientId = ""
    return true
  }
}
