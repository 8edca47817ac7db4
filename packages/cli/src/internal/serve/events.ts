/** The stream of events that a page watches. */
import type { AuthError, ConnectError, UnknownDevice, UnsupportedTrait } from "@effect-mqtt/roborock/RoborockError"
import type * as RoborockSession from "@effect-mqtt/roborock/RoborockSession"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Subscribable from "effect/Subscribable"
import * as deviceView from "./deviceView.ts"
import type { MapNews } from "./mapFeed.ts"
import type { Event, PathChange } from "./messages.ts"
import { pathChange } from "./scene.ts"
import { sentenceOf } from "./sentences.ts"

export type Feed = (
  id: string
) => Effect.Effect<
  Subscribable.Subscribable<MapNews>,
  AuthError | ConnectError | UnknownDevice | UnsupportedTrait,
  Scope.Scope
>

/** How long a failure is shown before it is tried again. */
const patience = Effect.sleep("30 seconds")

interface Told {
  readonly revision: number
  readonly path: ReadonlyArray<number>
  readonly trouble: string | undefined
}

/** What a page that knows `told` has to be told. */
const mapEvents = (told: Told, { drawn, trouble }: MapNews): readonly [Told, ReadonlyArray<Event>] => {
  const troubleEvents: ReadonlyArray<Event> = trouble === told.trouble
    ? []
    : [{ _tag: "MapTrouble", message: trouble }]
  if (drawn === undefined) return [{ ...told, trouble }, troubleEvents]
  const { path, plan, scene } = drawn
  const planEvents: ReadonlyArray<Event> = plan.revision === told.revision ? [] : [{ _tag: "Plan", plan }]
  const change: PathChange = pathChange(told.path, path)
  return [
    { revision: plan.revision, path, trouble },
    [...planEvents, { _tag: "Scene", scene, path: change }, ...troubleEvents]
  ]
}

const mapStream = (feed: Feed, id: string): Stream.Stream<Event, AuthError | ConnectError | UnknownDevice> =>
  feed(id).pipe(
    Effect.map(({ changes }) => changes),
    Effect.catchTag("UnsupportedTrait", () => Effect.succeed(Stream.empty)),
    Stream.unwrapScoped,
    Stream.mapAccum({ revision: 0, path: [], trouble: undefined }, mapEvents),
    Stream.mapConcat((events) => events)
  )

/**
 * Everything a page shows, and every change of it: all devices, and the map of one of them (by default the first that
 * can be controlled). A reader that is slow misses states in between, and never the last.
 */
export const make = (
  session: RoborockSession.RoborockSession["Type"],
  feed: Feed,
  wanted: string | undefined
): Stream.Stream<Event> =>
  Effect.gen(function*() {
    const devices = yield* session.devices
    const account = yield* session.account
    const stale = yield* session.stale
    const selected = devices.find(({ duid }) => duid === wanted)
      ?? devices.find(({ unsupported }) => unsupported === undefined) ?? devices[0]
    const home: Event = {
      _tag: "Home",
      name: account.homeName,
      devices: devices.map(({ duid }) => duid),
      selected: selected?.duid,
      stale: stale === undefined ? undefined : { since: stale.since, cause: stale.cause.message }
    }
    const views = devices.map((device) =>
      Stream.map(deviceView.changes(device), (view): Event => ({ _tag: "Device", device: view }))
    )
    const details: ReadonlyArray<Stream.Stream<Event, AuthError | ConnectError | UnknownDevice>> =
      selected === undefined ? [] : [
        Stream.map(Stream.fromEffect(deviceView.offerOf(selected)), (offer): Event => ({ _tag: "Offer", offer })),
        mapStream(feed, selected.duid)
      ]
    return Stream.concat(Stream.succeed(home), Stream.mergeAll([...views, ...details], { concurrency: "unbounded" }))
  }).pipe(
    Stream.unwrap,
    Stream.catchAll((error) =>
      // The page asks again when the stream ends, and the cloud should not be asked often.
      Stream.concat(
        Stream.succeed<Event>({ _tag: "Failure", message: sentenceOf(error) }),
        Stream.drain(Stream.fromEffect(patience))
      )
    )
  )
