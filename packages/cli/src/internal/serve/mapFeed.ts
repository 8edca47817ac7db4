/** The map of a device, read again while somebody looks: one reader for all who do. */
import * as LiveValue from "@effect-mqtt/connection/LiveValue"
import type * as Device from "@effect-mqtt/roborock/Device"
import type { DeviceState } from "@effect-mqtt/roborock/DeviceState"
import type { MapSnapshot, MapTrait } from "@effect-mqtt/roborock/MapTrait"
import type { UnsupportedTrait } from "@effect-mqtt/roborock/RoborockError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Subscribable from "effect/Subscribable"
import type { Plan, Scene } from "./messages.ts"
import { isSamePlan, planOf } from "./plan.ts"
import { flatten, sceneOf } from "./scene.ts"
import { sentenceOf } from "./sentences.ts"

/** A map as drawn; `plan` is the same object for as long as it looks the same. */
export interface DrawnMap {
  readonly plan: Plan
  readonly scene: Scene
  readonly path: ReadonlyArray<number>
}

export interface MapNews {
  readonly drawn: DrawnMap | undefined
  /** Why the map is not read, or not read any more. */
  readonly trouble: string | undefined
}

/** When one of these changes, so has the map. */
const mapKey = ({ activity, mapFlag, rooms, stale, unfinished }: DeviceState): string =>
  JSON.stringify([activity, mapFlag, rooms, stale, unfinished])

const isMoving = ({ activity, stale }: DeviceState): boolean =>
  !stale && (activity === "cleaning" || activity === "returning")

/** A map that could not be read is tried again, whatever the device does. */
const tryAgain = "15 seconds"

const draw = () => {
  let last: { readonly snapshot: MapSnapshot; readonly plan: Plan } | undefined
  return (snapshot: MapSnapshot): DrawnMap => {
    const plan = last !== undefined && isSamePlan(last.snapshot, snapshot)
      ? last.plan
      : planOf(snapshot, (last?.plan.revision ?? 0) + 1)
    last = { snapshot, plan }
    return { plan, scene: sceneOf(snapshot), path: flatten(snapshot.map.path) }
  }
}

/**
 * Reads the map at once, every `every` while the robot moves, and when its state says that the map is another one. The
 * last map there was is shown until then.
 */
export const make = (
  device: Device.Device,
  every: Duration.DurationInput
): Effect.Effect<Subscribable.Subscribable<MapNews>, UnsupportedTrait, Scope.Scope> =>
  Effect.gen(function*() {
    const map: MapTrait = yield* device.trait("map")
    const toDrawn = draw()
    const kept = yield* map.last
    const news = yield* LiveValue.make<MapNews>({
      drawn: kept === undefined ? undefined : toDrawn(kept),
      trouble: undefined
    })
    const read = map.fetch.pipe(
      Effect.matchEffect({
        onFailure: (error) => Effect.as(news.update(({ drawn }) => ({ drawn, trouble: sentenceOf(error) })), false),
        onSuccess: (snapshot) => Effect.as(news.update(() => ({ drawn: toDrawn(snapshot), trouble: undefined })), true)
      })
    )
    const untilOther = (key: string) =>
      device.state.changes.pipe(
        Stream.takeUntil((state) => mapKey(state) !== key),
        Stream.runLast,
        // The last state of a session that has ended brings nothing new.
        Effect.flatMap((last) => last._tag === "Some" && mapKey(last.value) !== key ? Effect.void : Effect.never)
      )
    yield* Effect.gen(function*() {
      const state = yield* device.state.get
      const isRead = yield* read
      const other = untilOther(mapKey(state))
      yield* isMoving(state)
        ? Effect.race(other, Effect.sleep(every))
        : isRead
        ? other
        : Effect.race(other, Effect.sleep(tryAgain))
    }).pipe(Effect.forever, Effect.interruptible, Effect.forkScoped)
    return news
  })
