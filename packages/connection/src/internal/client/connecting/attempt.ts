/** One attempt to connect: evaluates what may change between attempts, opens a wire and runs it. */
import type { Packet, Properties, ProtocolVersion } from "@effect-mqtt/codec"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import * as Scope from "effect/Scope"
import type { Exchange } from "../../../Authentication.ts"
import type { ConnectionOptions, PerAttempt } from "../../../ConnectionOptions.ts"
import type { Endpoint } from "../../../Endpoint.ts"
import { ConnectError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { Transport } from "../../../Transport.ts"
import type { Wire } from "../../../Wire.ts"
import { alarmAfter } from "../../timeLimit.ts"
import type { Consumer, Engine } from "../engine/engine.ts"
import { toBytes } from "../engine/payload.ts"
import type { Settings } from "../engine/settings.ts"
import { linkFailed } from "../link/linkFailed.ts"
import type { LinkError } from "../link/linkFailed.ts"
import type { Pump } from "../link/pump.ts"
import type { Over } from "../link/wireLink.ts"
import { Outcome } from "../outcome.ts"
import type { CheckWill } from "./willDelay.ts"
import { makeCheck, unchecked } from "./willDelay.ts"

/** What every attempt of one client shares. */
export interface Shared {
  readonly transport: Context.Tag.Service<Transport>
  readonly engine: Engine<Consumer>
  readonly options: Omit<ConnectionOptions, "url">
  readonly settings: Settings
  readonly checkWill: CheckWill
  /** What links and their fibers run with; a connection may be made where nothing is interruptible. */
  readonly runtime: Runtime.Runtime<never>
}

export const share = (
  { engine, options, settings, transport }: Omit<Shared, "checkWill" | "runtime">
): Effect.Effect<Shared> =>
  Effect.map(Effect.runtime<never>(), (runtime) => ({
    transport,
    engine,
    options,
    settings,
    checkWill: options.will === undefined ? unchecked : makeCheck(seconds(settings.sessionExpiry)),
    runtime: Runtime.enableRuntimeFlag(runtime, RuntimeFlags.Interruption)
  }))

/** What may differ from one attempt to the next. */
export interface Attempt {
  readonly endpoint: Effect.Effect<Endpoint, LinkError>
  readonly clientId: string
  readonly cleanStart: boolean
  readonly protocolVersion: ProtocolVersion.ProtocolVersion
  /** Runs once the server has let us in. */
  readonly onReady: (negotiated: Negotiated) => Effect.Effect<void>
  /** Runs when nothing of the attempt is left. */
  readonly onOver: (ending: Exit.Exit<unknown, unknown>) => Effect.Effect<void>
}

export const evaluate = <A>(value: PerAttempt<A>): Effect.Effect<A, LinkError> =>
  Effect.isEffect(value) ? value : Effect.succeed(value)

const evaluateOptional = <A>(value: PerAttempt<A> | undefined): Effect.Effect<A | undefined, LinkError> =>
  value === undefined ? Effect.succeed(undefined) : evaluate(value)

const forever = 0xffffffff

export const seconds = (millis: number): number => Math.min(forever, Math.ceil(millis / 1000))

const connectProperties = (
  settings: Settings,
  method: string | undefined,
  data: Uint8Array | undefined,
  userProperties: ReadonlyArray<Properties.UserProperty>
): Packet.Connect["properties"] => ({
  sessionExpiryInterval: seconds(settings.sessionExpiry),
  receiveMaximum: settings.receiveMaximum,
  maximumPacketSize: settings.maxPacketBytes,
  // What the server answers becomes the topic of responses [5 §4.10.1]; it may say nothing.
  requestResponseInformation: 1,
  ...(settings.topicAliasMaximum === 0 ? {} : { topicAliasMaximum: settings.topicAliasMaximum }),
  ...(method === undefined ? {} : { authenticationMethod: method }),
  ...(data === undefined ? {} : { authenticationData: data }),
  ...(userProperties.length === 0 ? {} : { userProperties })
})

/** Those that are values already need no fibers. */
const hasEffects = ({ password, userProperties, username, will }: Shared["options"]): boolean =>
  [password, userProperties, username, will].some(Effect.isEffect)

const connectPacket = (
  { checkWill, options, settings }: Shared,
  { cleanStart, clientId, protocolVersion }: Attempt,
  exchange: Exchange | undefined
): Effect.Effect<Packet.Connect, LinkError> =>
  Effect.all({
    username: evaluateOptional(options.username),
    password: evaluateOptional(options.password),
    will: evaluateOptional(options.will),
    userProperties: evaluateOptional(options.userProperties)
  }, { concurrency: hasEffects(options) ? "unbounded" : 1 }).pipe(
    Effect.tap(({ will }) => protocolVersion === 5 ? checkWill(will) : Effect.void),
    Effect.map(({ password, userProperties = [], username, will }): Packet.Connect => ({
      _tag: "Connect",
      protocolName: "MQTT",
      protocolVersion,
      cleanStart,
      keepAlive: seconds(settings.keepAlive),
      clientId,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password: toBytes(Redacted.value(password)) }),
      ...(will === undefined
        ? {}
        : {
          will: {
            topic: will.topic,
            payload: toBytes(will.payload),
            qos: will.qos ?? 0,
            retain: will.retain ?? false,
            ...(protocolVersion === 5 ? { properties: will.properties ?? {} } : {})
          }
        }),
      ...(protocolVersion === 5
        ? { properties: connectProperties(settings, options.authentication?.method, exchange?.data, userProperties) }
        : {})
    }))
  )

interface Opened {
  readonly connect: Packet.Connect
  readonly exchange: Exchange | undefined
  readonly wire: Wire
}

const open = (shared: Shared, attempt: Attempt): Effect.Effect<Opened, LinkError, Scope.Scope> =>
  Effect.gen(function*() {
    const endpoint = yield* attempt.endpoint
    const mechanism = attempt.protocolVersion === 5 ? shared.options.authentication : undefined
    const exchange = yield* mechanism === undefined ? Effect.succeed(undefined) : mechanism.start
    const connect = yield* connectPacket(shared, attempt, exchange)
    const wire = yield* Effect.mapError(shared.transport.open(endpoint), linkFailed)
    return { connect, exchange, wire }
  })

/** Releases all that there is of an attempt, or of the link that it has become. */
export type Close = (ending: Exit.Exit<unknown, unknown>) => Effect.Effect<void>

/**
 * Opens a wire and begins a link over it, in a scope of its own. `over` hears how either ends; until it is closed then, no
 * fiber waits for that, whose stack would take a sixth of the memory of a client.
 */
export const begin = (shared: Shared, attempt: Attempt, scope: Scope.CloseableScope, over: Over): Close => {
  const opening = new Opening(shared.engine.pump, scope, attempt.onOver)
  opening.start(shared, attempt, over)
  return (ending) => opening.close(ending)
}

const late: Exit.Exit<never, LinkError> = Exit.fail(new ConnectError({ reason: "Timeout", retryable: true }))

/** Holds no more than closing needs, for as long as the link lasts. */
class Opening {
  readonly #pump: Pump
  readonly #scope: Scope.CloseableScope
  readonly #onOver: Attempt["onOver"]
  /** Opens the wire: what the time limit interrupts. */
  #fiber: Fiber.RuntimeFiber<unknown> | undefined = undefined

  constructor(pump: Pump, scope: Scope.CloseableScope, onOver: Attempt["onOver"]) {
    this.#pump = pump
    this.#scope = scope
    this.#onOver = onOver
  }

  start(shared: Shared, attempt: Attempt, over: Over): void {
    const { engine: { authenticator, pump }, runtime, settings } = shared
    const scope = this.#scope
    const due = pump.now() + settings.connectTimeout
    let isLate = false
    const alarm = alarmAfter(runtime, settings.connectTimeout, {
      onWake: () => {
        isLate = true
        this.#fiber?.unsafeInterruptAsFork(FiberId.none)
      },
      over
    })
    const opening = Effect.flatMap(open(shared, attempt), ({ connect, exchange, wire }) => {
      pump.begin(wire, connect, due, runtime, attempt.onReady, over)
      return exchange === undefined ? Effect.void : Effect.forkIn(answering(authenticator.run(exchange), over), scope)
    })
    // A fiber that fails says in the log that nobody hears of it.
    const fiber = Runtime.runFork(Runtime.provideService(runtime, Scope.Scope, scope), Effect.exit(opening))
    this.#fiber = fiber
    fiber.addObserver((exit) => {
      alarm.stop()
      this.#fiber = undefined
      const opened = Exit.flatten(exit)
      if (Exit.isFailure(opened)) over(isLate ? late : Exit.failCause(opened.cause))
    })
  }

  close(ending: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    return Effect.suspend(() => this.#fiber === undefined ? Effect.void : Fiber.interrupt(this.#fiber)).pipe(
      Effect.zipRight(this.#pump.stop),
      Effect.ensuring(Scope.close(this.#scope, ending)),
      Effect.ensuring(this.#onOver(ending))
    )
  }
}

/** What goes wrong there, other than by its errors, ends the link. */
const answering = (answers: Effect.Effect<never>, over: Over) =>
  Effect.interruptible(Effect.catchAllCause(answers, (cause) => Effect.sync(() => over(Exit.failCause(cause)))))

/** From the beginning of a link to its end: never succeeds. */
export const run = (shared: Shared, attempt: Attempt): Effect.Effect<never, LinkError> =>
  Effect.suspend(() => {
    const ending = new Outcome<never, LinkError>()
    return Effect.acquireUseRelease(
      Effect.map(Scope.make(), (scope) => begin(shared, attempt, scope, (exit) => ending.settle(exit))),
      () => ending,
      (close, exit) => close(exit)
    )
  })
