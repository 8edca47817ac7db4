/** One attempt to connect: evaluates what may change between attempts, opens a wire and runs it. */
import type { Packet, Properties, ProtocolVersion } from "@effect-mqtt/codec"
import * as Encoder from "@effect-mqtt/codec/Encoder"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import * as Scope from "effect/Scope"
import type { Exchange } from "../../../Authentication.ts"
import type { ConnectionOptions, PerAttempt, Will } from "../../../ConnectionOptions.ts"
import type { Endpoint } from "../../../Endpoint.ts"
import { ConnectError } from "../../../MqttError.ts"
import type { Transport } from "../../../Transport.ts"
import type { Wire } from "../../../Wire.ts"
import { invalidConnect } from "../../session/linking/handshake.ts"
import { alarmAfter } from "../../timeLimit.ts"
import type { Consumer, Engine } from "../engine/engine.ts"
import { toBytes } from "../engine/payload.ts"
import type { Settings } from "../engine/settings.ts"
import type { AlarmOwner } from "../link/alarm.ts"
import { linkFailed } from "../link/linkFailed.ts"
import type { LinkError } from "../link/linkFailed.ts"
import type { LinkOwner } from "../link/wireLink.ts"
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
  { engine, options, runtime, settings, transport }: Omit<Shared, "checkWill">
): Shared => ({
  transport,
  engine,
  options,
  settings,
  checkWill: options.will === undefined ? unchecked : makeCheck(seconds(settings.sessionExpiry)),
  runtime: Runtime.enableRuntimeFlag(runtime, RuntimeFlags.Interruption)
})

/** What may differ from one attempt to the next, and who hears of it. */
export interface Attempt extends LinkOwner {
  readonly endpoint: Effect.Effect<Endpoint, LinkError>
  readonly clientId: string
  readonly cleanStart: boolean
  readonly protocolVersion: ProtocolVersion.ProtocolVersion
  /** Runs when nothing of the attempt is left. */
  readonly onReleased: (ending: Exit.Exit<unknown, unknown>) => Effect.Effect<void>
}

export const evaluate = <A>(value: PerAttempt<A>): Effect.Effect<A, LinkError> =>
  Effect.isEffect(value) ? value : Effect.succeed(value)

const forever = 0xffffffff

export const seconds = (millis: number): number => Math.min(forever, Math.ceil(millis / 1000))

const connectProperties = (
  { options, settings }: Shared,
  data: Uint8Array | undefined,
  userProperties: ReadonlyArray<Properties.UserProperty>
): Packet.Connect["properties"] => ({
  sessionExpiryInterval: seconds(settings.sessionExpiry),
  receiveMaximum: settings.receiveMaximum,
  maximumPacketSize: settings.maxPacketBytes,
  // What the server answers becomes the topic of responses [5 §4.10.1]; it may say nothing.
  requestResponseInformation: 1,
  ...(options.requestProblemInformation === false ? { requestProblemInformation: 0 } : {}),
  ...(settings.topicAliasMaximum === 0 ? {} : { topicAliasMaximum: settings.topicAliasMaximum }),
  ...(options.authentication === undefined ? {} : { authenticationMethod: options.authentication.method }),
  ...(data === undefined ? {} : { authenticationData: data }),
  ...(userProperties.length === 0 ? {} : { userProperties })
})

/** What of a CONNECT may be evaluated anew. */
interface Evaluated {
  readonly username: string | undefined
  readonly password: Redacted.Redacted<string> | undefined
  readonly will: Will | undefined
  readonly userProperties: ReadonlyArray<Properties.UserProperty> | undefined
}

const evaluateOptional = <A>(value: PerAttempt<A> | undefined): Effect.Effect<A | undefined, LinkError> =>
  value === undefined ? Effect.succeed(undefined) : evaluate(value)

/** Those that are values already need no fibers. */
const evaluateAll = (
  { password, userProperties, username, will }: Shared["options"]
): Effect.Effect<Evaluated, LinkError> =>
  Effect.isEffect(password) || Effect.isEffect(userProperties) || Effect.isEffect(username) || Effect.isEffect(will)
    ? Effect.all({
      username: evaluateOptional(username),
      password: evaluateOptional(password),
      will: evaluateOptional(will),
      userProperties: evaluateOptional(userProperties)
    }, { concurrency: "unbounded" })
    : Effect.succeed({ password, userProperties, username, will })

const connectPacket = (
  shared: Shared,
  { cleanStart, clientId, protocolVersion }: Attempt,
  exchange: Exchange | undefined,
  { password, userProperties = [], username, will }: Evaluated
): Packet.Connect => ({
  _tag: "Connect",
  protocolName: "MQTT",
  protocolVersion,
  cleanStart,
  keepAlive: seconds(shared.settings.keepAlive),
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
    ? { properties: connectProperties(shared, exchange?.data, userProperties) }
    : {})
})

interface Opened {
  readonly connect: Packet.Connect
  readonly exchange: Exchange | undefined
  readonly wire: Wire
}

const open = (shared: Shared, attempt: Attempt): Effect.Effect<Opened, LinkError, Scope.Scope> =>
  Effect.gen(function*() {
    const endpoint = yield* attempt.endpoint
    const isVersion5 = attempt.protocolVersion === 5
    const mechanism = isVersion5 ? shared.options.authentication : undefined
    const exchange = mechanism === undefined ? undefined : yield* mechanism.start
    const evaluated = yield* evaluateAll(shared.options)
    if (isVersion5 && evaluated.will !== undefined) yield* shared.checkWill(evaluated.will)
    const connect = connectPacket(shared, attempt, exchange, evaluated)
    // What no packet can hold no server can accept, so no wire is opened.
    const encoded = Encoder.encode(connect, attempt.protocolVersion)
    if (Either.isLeft(encoded)) return yield* invalidConnect(encoded.left)
    const wire = yield* Effect.mapError(shared.transport.open(endpoint), linkFailed)
    return { connect, exchange, wire }
  })

const late = (): Exit.Exit<never, LinkError> => Exit.fail(new ConnectError({ reason: "Timeout", retryable: true }))

/**
 * Opens a wire and begins a link over it, in a scope of its own. The attempt is told how either ends, and then closes it. No
 * fiber waits for that: its stack would take a sixth of the memory of a client.
 */
export class Opening implements AlarmOwner {
  readonly #shared: Shared
  readonly #attempt: Attempt
  readonly #scope: Scope.CloseableScope
  /** Opens the wire: what the time limit interrupts. */
  #fiber: Fiber.RuntimeFiber<unknown> | undefined = undefined
  #isLate = false

  constructor(shared: Shared, attempt: Attempt, scope: Scope.CloseableScope) {
    this.#shared = shared
    this.#attempt = attempt
    this.#scope = scope
  }

  start(): void {
    const { engine, runtime, settings: { connectTimeout } } = this.#shared
    const due = engine.pump.now() + connectTimeout
    const alarm = alarmAfter(runtime, connectTimeout, this)
    const opening = Effect.flatMap(open(this.#shared, this.#attempt), (opened) => this.#begin(opened, due))
    // Effect logs the failure of a forked fiber as unhandled; this one is handled, so the fiber ends with its exit.
    const fiber = Runtime.runFork(Runtime.provideService(runtime, Scope.Scope, this.#scope), Effect.exit(opening))
    this.#fiber = fiber
    fiber.addObserver((exit) => {
      alarm.stop()
      this.#fiber = undefined
      const opened = Exit.flatten(exit)
      if (Exit.isFailure(opened)) this.over(this.#isLate ? late() : Exit.failCause(opened.cause))
    })
  }

  onWake(): void {
    this.#isLate = true
    this.#fiber?.unsafeInterruptAsFork(FiberId.none)
  }

  over(ending: Exit.Exit<never, LinkError>): void {
    this.#attempt.over(ending)
  }

  /** Releases all that there is of the attempt, or of the link that it has become. */
  close(ending: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    return Effect.suspend(() => this.#fiber === undefined ? Effect.void : Fiber.interrupt(this.#fiber)).pipe(
      Effect.zipRight(this.#shared.engine.pump.stop),
      Effect.ensuring(Scope.close(this.#scope, ending)),
      Effect.ensuring(Effect.suspend(() => this.#attempt.onReleased(ending)))
    )
  }

  #begin({ connect, exchange, wire }: Opened, due: number): Effect.Effect<unknown> {
    const { engine, runtime } = this.#shared
    engine.pump.begin(wire, connect, due, runtime, this.#attempt)
    return exchange === undefined
      ? Effect.void
      : Effect.forkIn(this.#answering(engine.authenticator.run(exchange)), this.#scope)
  }

  /** A defect or an interruption there ends the link. */
  #answering(answers: Effect.Effect<never>): Effect.Effect<void> {
    return Effect.interruptible(
      Effect.catchAllCause(answers, (cause) => Effect.sync(() => this.over(Exit.failCause(cause))))
    )
  }
}

/** From the beginning of a link to its end: never succeeds. */
export const run = (shared: Shared, attempt: Omit<Attempt, "over">): Effect.Effect<never, LinkError> =>
  Effect.suspend(() => {
    const ending = new Outcome<never, LinkError>()
    const heard: Attempt = { ...attempt, over: (exit) => ending.settle(exit) }
    return Effect.acquireUseRelease(
      Effect.map(Scope.make(), (scope) => {
        const opening = new Opening(shared, heard, scope)
        opening.start()
        return opening
      }),
      () => ending,
      (opening, exit) => opening.close(exit)
    )
  })
