/**
 * The failures of this package. A new tag stands for something a caller would handle differently, a `reason` for
 * something a caller would only report differently.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type { MapError } from "./RrMap.ts"

const authMessages = {
  InvalidCredentials: "The e-mail address and the password do not match. Check both, or log in with an e-mail code.",
  InvalidCode: "The e-mail code is wrong or has expired. Ask for a new one and enter it within five minutes.",
  TwoFactorRequired: "This account wants a code from its e-mail at every login. Log in with { email, code }.",
  AccountDoesNotExist:
    "There is no Roborock account with this e-mail address. An account of the Mi Home app does not count: create one in the Roborock app.",
  InvalidEmail: "This is not a valid e-mail address.",
  InvalidUserAgreement:
    "The newest user agreement is not accepted. Open the Roborock app, accept it, and log in again. Accounts of the Mi Home app do not work.",
  NoUserAgreement:
    "The user agreement was never accepted. Log in to the Roborock app once, accept it, and log in again.",
  SessionRevoked: "Roborock does not accept this login any more. Log in again.",
  BrokerRefused:
    "The MQTT broker of Roborock refuses this login: it was revoked, or the account is limited for a while. Wait a few minutes, then log in again.",
  InvalidUserData: "The login data is incomplete or damaged. Log in again."
} as const

/**
 * Roborock does not accept the login: logging in again, or differently, is what helps. `code` is the result code of
 * the service.
 *
 * @since 0.1.0
 * @category errors
 */
export class AuthError extends Data.TaggedError("AuthError")<{
  readonly reason: keyof typeof authMessages
  readonly code?: number | string | undefined
  /** What the service says, cut to 200 characters. */
  readonly serverMessage?: string | undefined
  readonly cause?: unknown
}> {
  /** A sentence that says what to do. */
  override get message(): string {
    return authMessages[this.reason]
  }
}

const connectMessages = {
  Unreachable: "cannot be reached. Check the network connection.",
  TimedOut: "did not answer in time. Try again in a minute.",
  BadAnswer: "sent an answer that cannot be understood. If this goes on, something in between sends a page of its own.",
  ApiError:
    "refused the request for a reason that this program does not know. Try again later, and report the code if this goes on.",
  MissingParameters:
    "finds the request incomplete. Its rules have changed: update this package, or log in with the password instead of a code.",
  InvalidAddress: "has an address that cannot be used. Check the base URL, or log in again.",
  Unavailable: "has a problem of its own. Try again later.",
  TooManyRequests: "got too many requests. Wait before the next try: the limit can last a day, and trying prolongs it.",
  ClockSkew: "refused the request because the clock of this machine is wrong. Set the clock and try again.",
  ConnectionLost: "dropped the connection. It is restored automatically.",
  Unsendable: "does not accept this message, however often it is sent.",
  HandshakeRefused: "refused the connection. It may have too many already: close other programs that use it."
} as const

const serviceNames = {
  "login API": "The login API of Roborock",
  "home API": "The home API of Roborock",
  "MQTT broker": "The MQTT broker of Roborock",
  device: "The device on the home network"
} as const

/**
 * Roborock could not be asked, or did not answer usefully: the same request may succeed later. `service` says which
 * part of the cloud, or that it is a device on the home network; `cause` holds the error of the HTTP client or of `@effect-mqtt/connection`.
 *
 * @since 0.1.0
 * @category errors
 */
export class ConnectError extends Data.TaggedError("ConnectError")<{
  readonly reason: keyof typeof connectMessages
  readonly service: "login API" | "home API" | "MQTT broker" | "device"
  readonly retryable: boolean
  /** Result code or HTTP status of the service. */
  readonly code?: number | string | undefined
  /** What the service says, cut to 200 characters. */
  readonly serverMessage?: string | undefined
  /** Seconds by which the local clock is ahead (negative: behind). */
  readonly skewSeconds?: number | undefined
  /** With `TooManyRequests`: when the next try makes sense, in Unix milliseconds. Before that none is made. */
  readonly nextTryAt?: number | undefined
  readonly cause?: unknown
}> {
  /** A sentence that says what happened and what to do. */
  override get message(): string {
    const code = this.code === undefined ? "" : ` (code ${this.code})`
    const skew = this.skewSeconds === undefined
      ? ""
      : ` It is ${Math.abs(this.skewSeconds)} s ${this.skewSeconds > 0 ? "ahead" : "behind"}.`
    const next = this.nextTryAt === undefined ? "" : ` Next try at ${new Date(this.nextTryAt).toISOString()}.`
    // Where we do not know the reason, the service may.
    const said = this.reason !== "ApiError" || this.serverMessage === undefined
      ? ""
      : ` It says: "${this.serverMessage}".`
    return `${serviceNames[this.service]} ${connectMessages[this.reason]}${said}${skew}${next}${code}`
  }
}

const requestMessages = {
  TimedOut: "the device did not answer in time",
  ConnectionLost: "the connection ended before the answer came",
  NotConnected: "there was no connection to the device within the time-out",
  QueueTimeout: "earlier requests took all the time, so it was not sent",
  InvalidArgument: "an argument is not allowed",
  TooLarge: "the request is too large to send",
  InvalidKey: "the cloud gives no key that can seal messages to this device",
  BadAnswer: "the answer cannot be understood"
} as const

/**
 * A request got no usable answer: whether the device has acted on it is not known, except for `NotConnected`,
 * `QueueTimeout`, `InvalidArgument`, `TooLarge` and `InvalidKey`, where nothing was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class RequestError extends Data.TaggedError("RequestError")<{
  readonly reason: keyof typeof requestMessages
  readonly method: string
  /** With `InvalidArgument`: what is allowed, as a clause. */
  readonly why?: string | undefined
  readonly cause?: unknown
}> {
  /** What went wrong, or what is allowed, with the method. */
  override get message(): string {
    return `${this.method}: ${this.why ?? requestMessages[this.reason]}`
  }
}

const deviceMessages = {
  Refused: "the device refused the command",
  UnknownMethod: "the device does not know this command",
  InvalidState: "the device cannot do this in its present state",
  Busy: "the device is busy; try again in a few seconds"
} as const

/**
 * The device answered with a refusal. `UnknownMethod` is also the failure where devices of this kind are known to have no
 * such command; then nothing is sent. `code` is the device's error code.
 *
 * @since 0.1.0
 * @category errors
 */
export class DeviceError extends Data.TaggedError("DeviceError")<{
  readonly reason: keyof typeof deviceMessages
  readonly method: string
  readonly code?: number | undefined
  /** The device's own words, cut to 200 characters. */
  readonly text?: string | undefined
}> {
  /** What the device refused, with its code. */
  override get message(): string {
    return `${this.method}: ${deviceMessages[this.reason]}${this.code === undefined ? "" : ` (code ${this.code})`}`
  }
}

/**
 * The device does not have the trait that was asked for.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnsupportedTrait extends Data.TaggedError("UnsupportedTrait")<{
  readonly trait: string
  readonly device: string
  /** Why, as a clause. */
  readonly why: string
}> {
  /** Which trait is missing, and why. */
  override get message(): string {
    return `"${this.device}" has no trait "${this.trait}": ${this.why}`
  }
}

/**
 * No device of the account has this name or id.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnknownDevice extends Data.TaggedError("UnknownDevice")<{
  readonly device: string
  readonly known: ReadonlyArray<string>
}> {
  /** The name that was asked for, and those that exist. */
  override get message(): string {
    return `There is no device "${this.device}". ${
      this.known.length === 0 ? "The account has no devices." : `Known: ${this.known.join(", ")}.`
    }`
  }
}

/**
 * The map in use has no room of this name.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnknownRoom extends Data.TaggedError("UnknownRoom")<{
  readonly rooms: ReadonlyArray<string>
  readonly known: ReadonlyArray<string>
  /** Those of `rooms` that are on another floor, as far as it is known. */
  readonly elsewhere?: ReadonlyArray<{ readonly room: string; readonly floor: string }> | undefined
}> {
  /** The names that were asked for, the floors they are on, and the names that exist. */
  override get message(): string {
    const elsewhere = (this.elsewhere ?? []).map(({ floor, room }) => ` "${room}" is on the floor "${floor}".`).join("")
    return `No such room on the map in use: ${this.rooms.join(", ")}.${elsewhere} ${
      this.known.length === 0 ? "The map has no rooms." : `Known: ${this.known.join(", ")}.`
    }`
  }
}

/**
 * The device has no map to show or to find rooms on.
 *
 * @since 0.1.0
 * @category errors
 */
export class NoMap extends Data.TaggedError("NoMap")<{
  readonly device: string
}> {
  /** Which device, and what to do. */
  override get message(): string {
    return `"${this.device}" has no map yet. Let it clean once.`
  }
}

/**
 * Every failure of a device operation.
 *
 * @since 0.1.0
 * @category errors
 */
export type CommandError = RequestError | DeviceError

/**
 * Every failure of this package.
 *
 * @since 0.1.0
 * @category errors
 */
export type RoborockError =
  | AuthError
  | ConnectError
  | RequestError
  | DeviceError
  | UnsupportedTrait
  | UnknownDevice
  | UnknownRoom
  | NoMap
  | MapError
