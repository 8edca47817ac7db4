import type * as Effect from "effect/Effect"
import type { DeviceState } from "../../DeviceState.ts"
import type { Frame } from "../../Frame.ts"
import type { HomeDevice } from "../../HomeData.ts"
import type { CommandError } from "../../RoborockError.ts"
import type { Offers } from "../../Trait.ts"
import type { Fields } from "./dialectContext.ts"

/** How a family of devices that are reached through the cloud only is talked to. */
export interface Dialect {
  readonly onFrame: (frame: Frame) => Effect.Effect<void>
  /** Asks for everything, and tells it. */
  readonly ask: Effect.Effect<void, CommandError>
  /** What the cloud knew, as values. */
  readonly recall: (dataPoints: HomeDevice["dataPoints"]) => Fields
  readonly describe: (fields: Fields) => Partial<DeviceState>
  readonly offers: Offers
}
