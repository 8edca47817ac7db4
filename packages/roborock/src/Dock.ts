/**
 * What the dock of a V1 vacuum can do, and the state of its tanks.
 *
 * @since 0.1.0
 */

/**
 * A container or part of a dock, as far as it reports it.
 *
 * - `absent`: the dock does not have it, or does not report it
 * - `problem`: empty, full or missing, whichever is bad for this part
 *
 * @since 0.1.0
 * @category models
 */
export type PartStatus = "absent" | "problem" | "fine" | "unknown"

/**
 * The parts that a dock reports.
 *
 * @since 0.1.0
 * @category models
 */
export interface Parts {
  readonly cleanWater: PartStatus
  readonly dirtyWater: PartStatus
  readonly dustBag: PartStatus
  readonly waterFilter: PartStatus
  readonly cleaningFluid: PartStatus
  readonly fan: PartStatus
}

/**
 * What a dock can do.
 *
 * @since 0.1.0
 * @category models
 */
export interface Abilities {
  readonly empties: boolean
  readonly washes: boolean
  readonly dries: boolean
  /** It has a brush and a strainer of its own that wear. */
  readonly hasBrush: boolean
  /** It adds cleaning fluid to the water. */
  readonly addsFluid: boolean
  /** It is filled and drained through pipes. */
  readonly isPlumbed: boolean
  /** It cleans the tray that the mop is washed in. */
  readonly cleansTray: boolean
  /** It can wash with hotter water than others. */
  readonly washesHot: boolean
  readonly washesWithSteam: boolean
  readonly sterilises: boolean
}

const words: ReadonlyArray<PartStatus> = ["absent", "problem", "fine", "unknown"]

/** First bits of the two-bit values in `dss`. */
const firstBits = {
  cleanWater: 2,
  dirtyWater: 4,
  dustBag: 6,
  waterFilter: 8,
  cleaningFluid: 10,
  fan: 15
} as const satisfies Readonly<Record<keyof Parts, number>>

/**
 * Reads the status field `dss`; `undefined` when there is no information in it.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeParts = (dss: number | undefined): Parts | undefined => {
  if (dss === undefined || !Number.isInteger(dss) || dss <= 0) return undefined
  const at = (part: keyof Parts): PartStatus => words[dss >>> firstBits[part] & 3] ?? "unknown"
  return {
    cleanWater: at("cleanWater"),
    dirtyWater: at("dirtyWater"),
    dustBag: at("dustBag"),
    waterFilter: at("waterFilter"),
    cleaningFluid: at("cleaningFluid"),
    fan: at("fan")
  }
}

/**
 * What a dock does with dust and mop.
 *
 * @since 0.1.0
 * @category models
 */
export type Job = "emptying" | "washing" | "drying"

/**
 * What a dock is doing, from the fields of a status.
 *
 * @since 0.1.0
 * @category decoding
 */
export const jobsOf = (fields: Readonly<Record<string, unknown>>): ReadonlyArray<Job> => {
  const { dry_status: dries, dust_collection_status: empties, state } = fields
  return [
    ...state === 22 || empties === 1 ? ["emptying"] as const : [],
    ...state === 23 || state === 25 ? ["washing"] as const : [],
    ...dries === 1 ? ["drying"] as const : []
  ]
}

const withoutFunctions: ReadonlySet<number> = new Set([-9999, 0])
const emptyingOnly: ReadonlySet<number> = new Set([1, 5])
const washingOnly = 2
const withoutDrying: ReadonlySet<number> = new Set([2, 3])
const withBrush: ReadonlySet<number> = new Set([2, 3, 6, 7, 10, 18, 35, 45])

/** Types with an ability of their own, and those that have it with the additive module. */
const withFluid: ReadonlySet<number> = new Set([7, 9, 10, 13, 16, 18, 27, 35, 44, 45])
const withFluidByModule: ReadonlySet<number> = new Set([11, 14, 15, 17, 19, 20, 21, 22, 23])
const withPipes: ReadonlySet<number> = new Set([7, 9, 13])
const withPipesByModule: ReadonlySet<number> = new Set(
  [10, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 27, 31, 32, 33, 34, 35, 39, 42, 44, 45]
)
const withTrayUnlessModule: ReadonlySet<number> = new Set(
  [13, 14, 16, 17, 20, 23, 26, 27, 29, 31, 33, 34, 37, 38, 41, 43, 44, 46]
)
const withHotWater: ReadonlySet<number> = new Set([29, 31, 40, 41, 42, 43, 46])
const withSteam = 45
const withSterilisation = 16

/** What `dss` says in its first two bits of a dock that has the module. */
const moduleStatus = 2

/**
 * The abilities of a dock by the status field `dock_type`. Types that are not known empty, wash and dry, as all newer ones
 * do. The status field `dss`, where it is to be believed, tells whether the dock has the additive module, which some need
 * for fluid and pipes.
 *
 * @example
 * ```ts
 * import { Dock } from "@effect-mqtt/roborock"
 *
 * Dock.abilities(14).isPlumbed // false
 * Dock.abilities(14, 0b10101010).isPlumbed // true
 * ```
 *
 * @since 0.1.0
 * @category decoding
 */
export const abilities = (dockType: number, dss = 0): Abilities => {
  const hasModule = (dss & 3) === moduleStatus
  const isPlain = withoutFunctions.has(dockType)
  const washes = !isPlain && !emptyingOnly.has(dockType)
  return {
    empties: !isPlain && dockType !== washingOnly,
    washes,
    dries: washes && !withoutDrying.has(dockType),
    hasBrush: withBrush.has(dockType),
    addsFluid: withFluid.has(dockType) || hasModule && withFluidByModule.has(dockType),
    isPlumbed: withPipes.has(dockType) || hasModule && withPipesByModule.has(dockType),
    cleansTray: !hasModule && withTrayUnlessModule.has(dockType),
    washesHot: withHotWater.has(dockType),
    washesWithSteam: dockType === withSteam,
    sterilises: dockType === withSterilisation
  }
}
