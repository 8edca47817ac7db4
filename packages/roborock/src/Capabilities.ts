/**
 * What a V1 vacuum can do, from the feature bits that it and the cloud report, and from its product line.
 *
 * All of it changes only with the firmware.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import { listMembers, numberBits, textBits } from "./internal/v1/featureBits.ts"
import { assumed, type Line, lineOf, type Part } from "./internal/v1/productLines.ts"

/**
 * A feature flag, by the name that it has in the protocol.
 *
 * @since 0.1.0
 * @category models
 */
export type Flag =
  | (typeof numberBits)[number][1]
  | (typeof textBits)[number][1]
  | (typeof listMembers)[number][1]
  | DerivedFlag

/**
 * A flag that the product line decides.
 *
 * @since 0.1.0
 * @category models
 */
export type DerivedFlag =
  | "is_mop_forbidden_supported"
  | "is_soft_clean_mode_supported"
  | "is_custom_mode_supported"
  | "is_support_custom_carpet"
  | "is_show_general_obstacle_supported"
  | "is_show_obstacle_photo_supported"
  | "is_rubber_brush_carpet_supported"
  | "is_carpet_pressure_use_origin_paras_supported"
  | "is_support_mop_back_pwm_set"
  | "is_collect_dust_mode_supported"
  | "is_support_water_mode"
  | "is_ai_recognition_setting_supported"
  | "is_ai_recognition_obstacle_supported"
  | "is_pure_clean_mop_supported"
  | "is_new_remote_view_supported"
  | "is_max_plus_mode_supported"
  | "is_none_pure_clean_mop_with_max_plus"
  | "is_clean_route_setting_supported"
  | "is_mop_shake_module_supported"
  | "is_customized_clean_supported"

/**
 * What devices and the cloud report. A field that is `undefined` is not known.
 *
 * @since 0.1.0
 * @category models
 */
export interface Reported {
  /** Such as `roborock.vacuum.a27`. */
  readonly model: string | undefined
  /** `new_feature_info` of the device, `featureSet` of the cloud; wider than 32 bits. */
  readonly featureInfo: number | bigint | string | undefined
  /** Hexadecimal: `new_feature_info_str` of the device, `newFeatureSet` of the cloud. */
  readonly featureText: string | undefined
  /** `feature_info` of the device. */
  readonly featureList: ReadonlyArray<number> | undefined
}

/**
 * The capabilities of one device.
 *
 * @since 0.1.0
 * @category models
 */
export interface Capabilities {
  /** Such as `TopazSV`; for an unknown model, the line that it is taken for. */
  readonly line: string
  readonly isLineKnown: boolean
  readonly flags: ReadonlySet<Flag>
  /** Whether the members of the device's own list are known; the cloud does not have them. */
  readonly isListKnown: boolean
}

const toBigInt = (value: Reported["featureInfo"]): bigint => {
  if (typeof value === "bigint") return value < 0n ? 0n : value
  if (typeof value === "number") return Number.isSafeInteger(value) && value > 0 ? BigInt(value) : 0n
  return value !== undefined && /^\d{1,39}$/.test(value) ? BigInt(value) : 0n
}

const fromText = (text: string | undefined): bigint =>
  text !== undefined && /^[0-9a-f]{8,256}$/i.test(text) ? BigInt(`0x${text}`) : 0n

const within = <F extends string>(bits: ReadonlyArray<readonly [number, F]>, mask: bigint): ReadonlyArray<F> =>
  bits.flatMap(([bit, flag]) => (mask >> BigInt(bit) & 1n) === 1n ? [flag] : [])

const hasPart = (...parts: ReadonlyArray<Part>) => (line: Line) => parts.some((part) => line.parts.has(part))
const isOneOf = (...names: ReadonlyArray<string>) => (line: Line) => names.includes(line.name)
const isNot = (name: string) => (line: Line) => line.name !== name

const derived: ReadonlyArray<readonly [DerivedFlag, (line: Line) => boolean]> = [
  [
    "is_mop_forbidden_supported",
    isOneOf(
      "TanosV",
      "TopazSV",
      "Tanos",
      "TanosE",
      "TanosSLite",
      "TanosS",
      "TanosSPlus",
      "TanosSMax",
      "Ultron",
      "UltronLite",
      "Pearl",
      "RubySLite"
    )
  ],
  ["is_soft_clean_mode_supported", isOneOf("TanosV", "TanosE", "Tanos")],
  ["is_custom_mode_supported", isNot("Tanos")],
  ["is_support_custom_carpet", isOneOf("UltronLite")],
  ["is_show_general_obstacle_supported", isOneOf("TanosSPlus")],
  ["is_show_obstacle_photo_supported", isOneOf("TanosSPlus", "TanosSMax", "Ultron")],
  ["is_rubber_brush_carpet_supported", isOneOf("UltronLite")],
  ["is_carpet_pressure_use_origin_paras_supported", isOneOf("UltronLite")],
  ["is_support_mop_back_pwm_set", isOneOf("Pearl")],
  ["is_collect_dust_mode_supported", isNot("Pearl")],
  ["is_support_water_mode", hasPart("electronicMop", "shakingMop", "spinningMop")],
  ["is_ai_recognition_setting_supported", hasPart("obstacleSetting")],
  ["is_ai_recognition_obstacle_supported", hasPart("obstacles")],
  ["is_pure_clean_mop_supported", hasPart("pureMop")],
  ["is_new_remote_view_supported", hasPart("remoteView")],
  ["is_max_plus_mode_supported", hasPart("maxPlus")],
  ["is_none_pure_clean_mop_with_max_plus", hasPart("maxPlusWithoutPureMop")],
  ["is_clean_route_setting_supported", hasPart("shakingMop", "spinningMop")],
  ["is_mop_shake_module_supported", hasPart("shakingMop")],
  ["is_customized_clean_supported", hasPart("shakingMop", "spinningMop")]
]

/**
 * Works out the capabilities. What cannot be read counts as not reported; an unknown model is taken for one that has
 * most of them (`isLineKnown` is false then).
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = ({ featureInfo, featureList, featureText, model }: Reported): Capabilities => {
  const known = Option.fromNullable(lineOf(model))
  const line = Option.getOrElse(known, () => assumed)
  const flags = new Set<Flag>([
    ...within(numberBits, toBigInt(featureInfo)),
    ...within(textBits, fromText(featureText)),
    ...listMembers.flatMap(([member, flag]) => featureList?.includes(member) === true ? [flag] : []),
    ...derived.flatMap(([flag, holds]) => holds(line) ? [flag] : [])
  ])
  if (flags.has("is_shake_mop_set_supported") || flags.has("is_roller_mop_supported")) {
    flags.add("is_clean_route_setting_supported")
  }
  return { line: line.name, isLineKnown: Option.isSome(known), flags, isListKnown: featureList !== undefined }
}

const ownList: ReadonlySet<Flag> = new Set(listMembers.map(([, flag]) => flag))

/**
 * Whether the device has a feature. One that only the device's own list would show is assumed to be there while that
 * list is not known: the device will say so when it is not.
 *
 * @since 0.1.0
 * @category guards
 */
export const has = ({ flags, isListKnown }: Capabilities, flag: Flag): boolean =>
  flags.has(flag) || !isListKnown && ownList.has(flag)
