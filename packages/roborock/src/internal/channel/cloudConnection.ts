import type { ConnectionStatus } from "@effect-mqtt/connection/ConnectionStatus"
import * as MqttClient from "@effect-mqtt/connection/MqttClient"
import type { Reconnect } from "@effect-mqtt/connection/Reconnect"
import type { Transport } from "@effect-mqtt/connection/Transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as MqttCredentials from "../../MqttCredentials.ts"
import type { RoborockAuth } from "../../RoborockAuth.ts"
import { type AuthError, ConnectError } from "../../RoborockError.ts"
import type { UserData } from "../../UserData.ts"
import { fromConnection, invalidAddress, silent, timedOut } from "./linkError.ts"

export interface CloudConnection {
  readonly client: MqttClient.MqttClient["Type"]
  /** The login that the broker accepted. */
  readonly userData: UserData
  /** Those of that login: one that was renewed since then may have other topics. */
  readonly credentials: MqttCredentials.MqttCredentials
}

export interface Options {
  readonly timeout: Duration.DurationInput
  readonly reconnect: Reconnect
}

/** The state of the connection, as a channel tells it. */
export const toLink = (status: ConnectionStatus) => {
  switch (status._tag) {
    case "Connecting":
      return { _tag: "Connecting" } as const
    case "Connected":
      return { _tag: "Up" } as const
    case "Disconnected":
    case "Failed":
      return { _tag: "Down", error: fromConnection(status.error) } as const
    case "Closed":
      return { _tag: "Down" } as const
  }
}

/** What a login is to the broker. */
const credentialsOf = (userData: UserData) => Effect.mapError(MqttCredentials.make(userData.rriot), invalidAddress)

/** Topics name the user and the device, as no log does: packets are not logged, however much else is. */
const withoutPacketLog = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(
    FiberRef.get(FiberRef.currentMinimumLogLevel),
    (level) =>
      Effect.locally(
        self,
        FiberRef.currentMinimumLogLevel,
        LogLevel.lessThan(level, LogLevel.Debug) ? LogLevel.Debug : level
      )
  )

/** Connects to the broker of an account; a login that it refuses is renewed, once, where that is possible. */
export const connectToCloud = (
  auth: RoborockAuth["Type"],
  { reconnect, timeout }: Options
): Effect.Effect<CloudConnection, AuthError | ConnectError, Scope.Scope | Transport> =>
  Effect.gen(function*() {
    const connectAs = (userData: UserData) =>
      Effect.gen(function*() {
        const credentials = yield* credentialsOf(userData)
        const { password, url, username } = credentials
        const client = yield* MqttClient.make({
          url,
          username,
          password,
          // With a name of one's own, two programs with the same login do not throw each other out.
          cleanStart: true,
          sessionExpiry: 0,
          keepAlive: "45 seconds",
          connectTimeout: timeout,
          // What the broker has not got when the link goes is not sent over the next one.
          queueRetention: "failAll",
          reconnect
        })
        return { client, userData, credentials }
      }).pipe(
        withoutPacketLog,
        Effect.mapError((error) => error instanceof ConnectError ? error : fromConnection(error)),
        Effect.timeoutFail({ duration: timeout, onTimeout: timedOut })
      )
    const userData = yield* auth.userData
    return yield* Effect.catchTag(
      connectAs(userData),
      "AuthError",
      (error) => Effect.flatMap(auth.renew(userData, error), connectAs)
    )
  })

const isUp = (status: ConnectionStatus) => status._tag === "Connected"

/** Waits while the link is down; fails when the client gives up. */
export const whenUp = (client: MqttClient.MqttClient["Type"]): Effect.Effect<void, AuthError | ConnectError> =>
  Effect.flatMap(client.status.get, (status) =>
    isUp(status)
      ? Effect.void
      : client.status.changes.pipe(
        Stream.filter(isUp),
        Stream.runHead,
        Effect.raceFirst(Effect.mapError(client.failure, fromConnection)),
        Effect.filterOrFail(Option.isSome, silent),
        Effect.asVoid
      ))
