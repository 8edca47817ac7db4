/** The account that a command works on: the session that is there, a simulated one, or that of who is logged in. */
import type * as Device from "@effect-mqtt/roborock/Device"
import { NodeRoborock, PrivateFiles } from "@effect-mqtt/roborock/node"
import type * as RoborockError from "@effect-mqtt/roborock/RoborockError"
import * as RoborockSession from "@effect-mqtt/roborock/RoborockSession"
import * as FileSystem from "@effect/platform/FileSystem"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { StandardStreams } from "../../StandardStreams.ts"
import type { OutputClosed } from "../../StandardStreams.ts"
import type { CommandError } from "../command/commandError.ts"
import { file } from "../command/commandError.ts"
import { withFullStop } from "../command/fullStop.ts"
import * as setting from "../command/setting.ts"
import * as configFolder from "./configFolder.ts"
import { deviceSettings } from "./deviceSettings.ts"
import * as keptLogin from "./keptLogin.ts"
import * as output from "./output.ts"
import { failure, fromRoborock } from "./roborockFailure.ts"
import type { DeviceValues, SharedValues } from "./sharedOptions.ts"
import * as simulatedHome from "./simulatedHome.ts"

/** The password where nobody is asked: a variable, or the first line of the file that one names. */
export const passwordOf = (passwordFile?: string) =>
  Effect.gen(function*() {
    const path = passwordFile ?? (yield* setting.text("ROBOROCK_PASSWORD_FILE"))
    if (path === undefined) return yield* setting.secret("ROBOROCK_PASSWORD")
    const files = yield* FileSystem.FileSystem
    const text = yield* Effect.mapError(files.readFileString(path), (cause) => file(path, "read", cause))
    return Redacted.make(text.split(/\r?\n/, 1)[0])
  })

/** A command is a start of its own: without this, thirty of them in an hour were too many for the cloud. */
const trustKept: Duration.DurationInput = "12 hours"

const notLoggedIn = failure("Login", "Nobody is logged in", "Run \"roborock login\", or try --simulator.")

/** With a password at hand the session renews its login by itself; without, it uses the one that is kept. */
const sessionOf = (values: SharedValues, poll: Device.Polling | undefined) =>
  Effect.gen(function*() {
    const directory = yield* configFolder.choose(values)
    const readKept = Effect.provide(keptLogin.read, PrivateFiles.layer(directory))
    const kept = yield* readKept
    const email = (yield* setting.text("ROBOROCK_EMAIL")) ?? kept?.email
    const baseUrl = (yield* setting.text("ROBOROCK_BASE_URL")) ?? kept?.baseUrl
    const password = yield* passwordOf()
    const common = { baseUrl, directory, poll, trustKept, ...(yield* deviceSettings) }
    if (email !== undefined && password !== undefined) {
      return NodeRoborock.layer({ ...common, credentials: { email, password } })
    }
    // A login of another account, or of another cloud, does not count.
    const usable = (login: keptLogin.KeptLogin | undefined) =>
      login?.email === email && login?.baseUrl === baseUrl ? login?.userData : undefined
    const userData = usable(kept)
    return userData === undefined
      ? yield* notLoggedIn
      : NodeRoborock.layer({ ...common, credentials: { userData, newer: Effect.map(readKept, usable) } })
  })

/** Says so where the cloud was not asked. */
const tellStale = (json: boolean) =>
  Effect.gen(function*() {
    const { report } = yield* StandardStreams
    const stale = yield* Effect.flatMap(RoborockSession.RoborockSession, (session) => session.stale)
    if (stale === undefined) return
    const since = output.moment(stale.since)
    const { sentence } = fromRoborock(stale.cause)
    yield* report(
      json
        ? JSON.stringify({ event: "stale", since, message: sentence })
        : `roborock: ${withFullStop(sentence)} Going on from what was known at ${since}.`
    )
  })

const orCommandError = <A, R>(
  self: Effect.Effect<A, RoborockError.RoborockError | CommandError | OutputClosed, R>
): Effect.Effect<A, CommandError | OutputClosed, R> =>
  Effect.mapError(
    self,
    (error) => error._tag === "CommandError" || error._tag === "OutputClosed" ? error : fromRoborock(error)
  )

/**
 * Gives a command its session. One that the program provides is used as it is; `poll` is for devices of a real account.
 */
export const provide = (values: SharedValues, poll?: Device.Polling) =>
<A, R>(
  self: Effect.Effect<A, RoborockError.RoborockError | CommandError | OutputClosed, R>
): Effect.Effect<
  A,
  CommandError | OutputClosed,
  Exclude<R, RoborockSession.RoborockSession> | FileSystem.FileSystem | StandardStreams
> =>
  Effect.flatMap(Effect.serviceOption(RoborockSession.RoborockSession), (given) =>
    Option.match(given, {
      onSome: (session) => Effect.provideService(self, RoborockSession.RoborockSession, session),
      onNone: () =>
        Effect.flatMap(
          values.simulator ? Effect.succeed(simulatedHome.session) : sessionOf(values, poll),
          (layer) => Effect.provide(Effect.zipRight(tellStale(values.json), self), layer)
        )
    })).pipe(orCommandError)

/** The device that is named, or the only one that there is. */
export const pickDevice = ({ device }: Pick<DeviceValues, "device">) =>
  Effect.gen(function*() {
    const session = yield* RoborockSession.RoborockSession
    const name = device ?? (yield* setting.text("ROBOROCK_DEVICE"))
    if (name !== undefined) return yield* session.device(name)
    const devices = yield* session.devices
    const [first, ...others] = devices.filter(({ unsupported }) => unsupported === undefined)
    if (first === undefined) {
      return yield* failure("Usage", "The account has no device that is supported", "See \"roborock devices\".")
    }
    if (others.length > 0) {
      const names = [first, ...others].map((one) => one.name).join(", ")
      return yield* failure("Usage", "The account has several devices", `Name one with --device: ${names}.`)
    }
    return first
  })
