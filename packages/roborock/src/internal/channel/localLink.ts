import * as LiveValue from "@effect-mqtt/connection/LiveValue"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Queue from "effect/Queue"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Version } from "../../Frame.ts"
import * as LocalChannel from "../../LocalChannel.ts"
import { LocalDiscovery } from "../../LocalDiscovery.ts"
import { LocalNetwork } from "../../LocalNetwork.ts"
import { ConnectError } from "../../RoborockError.ts"
import type { Place } from "../../Route.ts"
import * as log from "../log.ts"
import { uptime } from "../uptime.ts"

export type LocalState =
  | { readonly _tag: "Down"; readonly error?: ConnectError | undefined }
  | { readonly _tag: "Up"; readonly host: string; readonly version: Version }

export interface Options {
  readonly duid: string
  /** That of the next connection. */
  readonly localKey: () => Redacted.Redacted
  /** Where it was found before, or is said to be. */
  readonly known: Place | undefined
  /** Asks the device itself, through the cloud. */
  readonly ask: Effect.Effect<string | undefined>
  readonly remember: (place: Place) => Effect.Effect<void>
  readonly onFrames: LocalChannel.Options["onFrames"]
  /** The device does not want this client; the next connection may have another key. */
  readonly onRefused: Effect.Effect<void>
  /** The connection has ended; what was asked over it stays unanswered. */
  readonly onLost: (error: ConnectError) => Effect.Effect<void>
}

const maxUnanswered = 3
const firstPause = Duration.toMillis("60 seconds")
const longestPause = Duration.toMillis("10 minutes")

/** A connection that ends sooner than this does not count as one: the next is not made at once. */
const stableAfter = Duration.toMillis("30 seconds")

/** A device that has just been heard is tried early, but not at each of its broadcasts. */
const afterSighting: Duration.DurationInput = "10 seconds"

const wasEnded = () => new ConnectError({ reason: "ConnectionLost", service: "device", retryable: true })
const gaveNoAnswer = () => new ConnectError({ reason: "TimedOut", service: "device", retryable: true })

/** The version that worked the last time comes first: the others cost five seconds each. */
const versionsFrom = (first: Version | undefined): ReadonlyArray<Version> =>
  first === "L01" ? ["L01", "1.0"] : ["1.0", "L01"]

/**
 * Keeps a connection to a device on the home network, for as long as it can be had (PROTOCOL 7.1): after a loss at once
 * with a fresh address, then after a minute, half as long again each time up to ten minutes, and soon after the device
 * was heard on the network.
 */
export const make = (options: Options) =>
  Effect.gen(function*() {
    const network = yield* LocalNetwork
    const discovery = yield* LocalDiscovery
    const state = yield* LiveValue.make<LocalState>({ _tag: "Down" })
    const triedOnce = yield* Deferred.make<void>()
    const haste = yield* Queue.sliding<void>(1)
    let channel: LocalChannel.LocalChannel | undefined
    let place = options.known
    let unanswered = 0
    /** Where it was said to be and was not, at the last try: then the cloud is asked. */
    let vain: string | undefined

    const connectTo = (target: Place) =>
      Effect.gen(function*() {
        const localKey = options.localKey()
        const made = yield* LocalChannel.make({
          host: target.host,
          localKey,
          versions: versionsFrom(target.version),
          onFrames: (frames, skipped) => {
            if (frames.length > 0) unanswered = 0
            return options.onFrames(frames, skipped)
          }
        })
        // A hello needs no key: with one that was renewed meanwhile, nothing that follows would be read.
        if (!Equal.equals(localKey, options.localKey())) return yield* wasEnded()
        const { host, version } = made
        place = { host, version }
        channel = made
        unanswered = 0
        yield* options.remember(place)
        yield* state.update(() => ({ _tag: "Up", host, version }))
        yield* Deferred.succeed(triedOnce, undefined)
        return yield* Effect.flatMap(made.closed, Effect.fail)
      }).pipe(
        Effect.ensuring(Effect.sync(() => {
          channel = undefined
        })),
        Effect.scoped
      )

    /** What the device says itself comes first; the cloud is asked when what was known did not work. */
    const find = (mayAsk: boolean) =>
      Effect.gen(function*() {
        const sighting = yield* discovery.last(options.duid)
        if (sighting !== undefined && sighting.ip !== place?.host && sighting.ip !== vain) {
          return { host: sighting.ip, version: sighting.version }
        }
        if (place !== undefined && !mayAsk) return place
        const asked = yield* options.ask
        return asked === undefined ? place : { host: asked, version: place?.version }
      })

    const heard = discovery.sightings.pipe(
      Stream.filter(({ duid }) => duid === options.duid),
      Stream.runHead,
      Effect.zipLeft(Effect.sleep(afterSighting))
    )

    /** Connects, stays until the connection ends, and says whether it had lasted. */
    const hasLasted = (target: Place) =>
      Effect.gen(function*() {
        const begun = yield* uptime
        const error = yield* Effect.flip(connectTo(target))
        const before = yield* state.get
        yield* state.update(() => ({ _tag: "Down", error }))
        if (error.reason === "HandshakeRefused") yield* options.onRefused
        if (before._tag === "Down") return false
        yield* options.onLost(error)
        yield* log.debug(`lost on the home network: ${error.message}`)
        return (yield* uptime) - begun >= stableAfter
      })

    const run = Effect.gen(function*() {
      let pause = firstPause
      let mayAsk = place === undefined
      while (true) {
        const target = yield* find(mayAsk)
        mayAsk = true
        if (target !== undefined) {
          const lasted = yield* hasLasted(target)
          vain = target.host === place?.host ? undefined : target.host
          // Anybody on the network may say where it is: the address that has worked is tried at once.
          if (lasted || vain !== undefined && place !== undefined && (yield* hasLasted(place))) {
            pause = firstPause
            continue
          }
        }
        yield* Deferred.succeed(triedOnce, undefined)
        const isHasty = yield* Effect.race(
          Effect.as(Effect.race(Effect.sleep(pause), heard), false),
          Effect.as(Queue.take(haste), true)
        )
        pause = isHasty ? firstPause : Math.min(longestPause, pause * 1.5)
      }
    })

    return {
      state,
      /** Never ends; without it there is no connection. */
      run: network.isPresent ? run : Deferred.succeed(triedOnce, undefined),
      current: (): LocalChannel.LocalChannel | undefined => channel,
      /** Answered whatever it was asked last: a command may be given to it. */
      isTrusted: (): boolean => unanswered === 0,
      /** Ends the connection, if there is one, and does not wait before the next one is tried. */
      connectAnew: Effect.suspend(() => {
        const ended = channel?.end(wasEnded())
        return Effect.zipRight(Queue.offer(haste, undefined), ended ?? Effect.void)
      }),
      /** Completes when there is a connection, or it is known that there is none for now. */
      triedOnce: Deferred.await(triedOnce),
      /** The third in a row ends the connection: sockets that accept and never answer are common. */
      unanswered: Effect.suspend(() =>
        ++unanswered < maxUnanswered || channel === undefined ? Effect.void : channel.end(gaveNoAnswer())
      )
    }
  })

export type LocalLink = Effect.Effect.Success<ReturnType<typeof make>>
