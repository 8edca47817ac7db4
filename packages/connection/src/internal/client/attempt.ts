/** One attempt to connect: evaluates what may change between attempts, opens a wire and runs it. */
import type { Packet } from "@effect-mqtt/codec"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ConnectionOptions, PerAttempt } from "../../ConnectionOptions.ts"
import * as Endpoint from "../../Endpoint.ts"
import type { TransportError } from "../../MqttError.ts"
import { ConnectError } from "../../MqttError.ts"
import type { Negotiated } from "../../Negotiated.ts"
import type { Transport } from "../../Transport.ts"
import { toBytes } from "./payload.ts"
import type { LinkError, Pump } from "./pump.ts"
import type { Settings } from "./settings.ts"

const evaluate = <A>(value: PerAttempt<A>): Effect.Effect<A, LinkError> =>
  Effect.isEffect(value) ? value : Effect.succeed(value)

const evaluateOptional = <A>(value: PerAttempt<A> | undefined): Effect.Effect<A | undefined, LinkError> =>
  value === undefined ? Effect.succeed(undefined) : evaluate(value)

const forever = 0xffffffff

const seconds = (millis: number): number => Math.min(forever, Math.ceil(millis / 1000))

const connectPacket = (
  options: ConnectionOptions,
  settings: Settings,
  clientId: string,
  cleanStart: boolean
): Effect.Effect<Packet.Connect, LinkError> =>
  Effect.all({
    username: evaluateOptional(options.username),
    password: evaluateOptional(options.password),
    will: evaluateOptional(options.will)
  }, { concurrency: "unbounded" }).pipe(
    Effect.map(({ password, username, will }): Packet.Connect => ({
      _tag: "Connect",
      protocolName: "MQTT",
      protocolVersion: settings.protocolVersion,
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
            ...(settings.protocolVersion === 5 ? { properties: will.properties ?? {} } : {})
          }
        }),
      ...(settings.protocolVersion === 5
        ? {
          properties: {
            sessionExpiryInterval: seconds(settings.sessionExpiry),
            receiveMaximum: settings.receiveMaximum,
            maximumPacketSize: settings.maxPacketBytes
          }
        }
        : {})
    }))
  )

const notReached = (cause: TransportError): ConnectError => {
  switch (cause.reason) {
    case "Unsupported":
      return new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause })
    case "OpenTimeout":
      return new ConnectError({ reason: "Timeout", retryable: true, cause })
    default:
      return new ConnectError({ reason: "Transport", retryable: cause.reason !== "Untrusted", cause })
  }
}

/** Never succeeds: the error says why there is no link, or why there is none any more. */
export const run = (
  transport: Context.Tag.Service<Transport>,
  pump: Pump,
  options: ConnectionOptions,
  settings: Settings,
  clientId: string,
  cleanStart: boolean,
  onReady: (negotiated: Negotiated) => Effect.Effect<void>
): Effect.Effect<never, LinkError> =>
  Effect.scoped(
    Effect.gen(function*() {
      const endpoint = yield* Effect.flatMap(evaluate(options.url), Endpoint.parse)
      const connect = yield* connectPacket(options, settings, clientId, cleanStart)
      const wire = yield* transport.open(endpoint).pipe(
        Effect.mapError(notReached),
        Effect.timeoutFail({
          duration: settings.connectTimeout,
          onTimeout: () => new ConnectError({ reason: "Timeout", retryable: true })
        })
      )
      return yield* pump.run(wire, connect, onReady)
    })
  )
