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

/**
 * The abilities of a dock by the status field `dock_type`. Types that are not known empty, wash and dry, as all newer ones do.
 *
 * @since 0.1.0
 * @category decoding
 */
export const abilities = (dockType: number): Abilities => {
  const isPlain = withoutFunctions.has(dockType)
  const washes = !isPlain && !emptyingOnly.has(dockType)
  return {
    empties: !isPlain && dockType !== washingOnly,
    washes,
    dries: washes && !withoutDrying.has(dockType),
    hasBrush: withBrush.has(dockType)
  }
}
