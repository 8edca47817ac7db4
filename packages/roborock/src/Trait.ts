/**
 * The traits of devices: a name, and what a device that has the trait can do.
 *
 * @since 0.1.0
 */
import * as CleaningTrait from "./CleaningTrait.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import * as MapTrait from "./MapTrait.ts"
import * as RawTrait from "./RawTrait.ts"
import * as RoomsTrait from "./RoomsTrait.ts"
import * as StatusTrait from "./StatusTrait.ts"

/**
 * All traits by name. `device.trait("map")` is typed by this record.
 *
 * @since 0.1.0
 * @category models
 */
export interface Traits {
  readonly status: StatusTrait.StatusTrait
  readonly cleaning: CleaningTrait.CleaningTrait
  readonly rooms: RoomsTrait.RoomsTrait
  readonly map: MapTrait.MapTrait
  readonly raw: RawTrait.RawTrait
}

/**
 * The name of a trait.
 *
 * @since 0.1.0
 * @category models
 */
export type TraitName = keyof Traits

/** @internal */
export const make = (vacuum: Vacuum): Traits => ({
  status: StatusTrait.make(vacuum),
  cleaning: CleaningTrait.make(vacuum),
  rooms: RoomsTrait.make(vacuum),
  map: MapTrait.make(vacuum),
  raw: RawTrait.make(vacuum)
})
