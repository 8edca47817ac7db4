/** What sets the V1 models apart that are simulated. */
export interface V1Product {
  readonly id: string
  readonly model: string
  readonly name: string
  readonly firmware: string
  /** Wider than 32 bits, as on real robots. */
  readonly featureInfo: number
  readonly featureText: string
  readonly featureList: ReadonlyArray<number>
  readonly dockType: number
  /** What it says of the parts of its dock: 0 says nothing. */
  readonly dockParts: number
  /** Whether it wipes, too. */
  readonly mops: boolean
  /** Old robots answer with lists where others do with objects, and with the bare status. */
  readonly form: "lists" | "objects"
}

export type V1ProductName = "S4" | "S7" | "Qrevo Master"

const number = (bits: ReadonlyArray<number>): number => bits.reduce((sum, bit) => sum + 2 ** bit, 0)

const text = (bits: ReadonlyArray<number>): string =>
  bits.reduce((sum, bit) => sum | 1n << BigInt(bit), 0n).toString(16).padStart(32, "0")

/** Room names alone. */
const basicBits = [14]
const basicFeatureList = [111, 112, 113, 114, 115, 116, 122, 125]

/** Clean history with finish reasons, child lock, carpets, room names and tags. */
const plainBits = [0, 8, 9, 14, 22, 23, 38]
/** Beside them: running light, emptying, collision avoidance, levels of water, floors, slow mop, off-peak charging, drying. */
const dockBits = [18, 24, 25, 27, 31, 35, 41, 45, 47]

/**
 * Fast route, a dock that is to be believed, how many times everything is cleaned, washing again by itself, modes that
 * choose themselves, mopping afterwards.
 */
const dockTextBits = [8, 17, 30, 34, 55, 93]

/** Rooms, spots and zones, LED switch, several floors, timer summary, ordered rooms, analysis, remote control. */
const featureList = [111, 112, 113, 114, 115, 116, 119, 120, 122, 123, 124, 125]

export const v1Products: Readonly<Record<V1ProductName, V1Product>> = {
  // One that only vacuums, with a charging dock, from before feature bits were many.
  S4: {
    id: "simulated-basic-vacuum",
    model: "roborock.vacuum.s4",
    name: "Roborock S4",
    firmware: "01.08.10",
    featureInfo: number(basicBits),
    featureText: "",
    featureList: basicFeatureList,
    dockType: 0,
    dockParts: 0,
    mops: false,
    form: "lists"
  },
  // A robot with a mop, without camera and with a plain charging dock.
  S7: {
    id: "simulated-vacuum",
    model: "roborock.vacuum.a15",
    name: "Roborock S7",
    firmware: "02.12.08",
    featureInfo: number(plainBits),
    featureText: text([]),
    featureList,
    dockType: 0,
    dockParts: 0,
    mops: true,
    form: "objects"
  },
  // One with a dock that empties, washes and dries; its tanks and its bag are fine.
  "Qrevo Master": {
    id: "simulated-vacuum-with-dock",
    model: "roborock.vacuum.a117",
    name: "Roborock Qrevo Master",
    firmware: "02.18.42",
    featureInfo: number([...plainBits, ...dockBits]),
    featureText: text(dockTextBits),
    featureList,
    dockType: 14,
    dockParts: 0b10101000,
    mops: true,
    form: "objects"
  }
}

/** Methods that only robots with a mop know. */
const mopMethods: ReadonlySet<string> = new Set([
  "get_water_box_custom_mode",
  "set_water_box_custom_mode",
  "get_mop_mode",
  "set_mop_mode",
  "get_clean_motor_mode",
  "set_clean_motor_mode",
  "get_carpet_clean_mode",
  "set_carpet_clean_mode",
  "get_clean_follow_ground_material_status",
  "set_clean_follow_ground_material_status"
])

/** Whether a model has maps of several floors. */
const knowsFloors = ({ featureList }: V1Product): boolean => featureList.includes(120)

/** Whether a model can be told how many times it is to clean everything. */
export const hasCount = (product: V1Product): boolean => hasTextBit(product, 30)

/** Whether a model has levels of water. */
export const hasFlow = ({ featureInfo }: V1Product): boolean => hasBit(featureInfo, 31)

/** Methods with a feature bit, or a member of the feature list, without which they are not known. */
const featureMethods: ReadonlyArray<readonly [pattern: RegExp, has: (product: V1Product) => boolean]> = [
  [/^[gs]et_child_lock_status$/, ({ featureInfo }) => hasBit(featureInfo, 8)],
  [/^[gs]et_carpet_mode$/, ({ featureInfo }) => hasBit(featureInfo, 9)],
  [/^[gs]et_flow_led_status$/, ({ featureInfo }) => hasBit(featureInfo, 24)],
  [/^[gs]et_collision_avoid_status$/, ({ featureInfo }) => hasBit(featureInfo, 27)],
  [/^set_clean_repeat_times$/, hasCount],
  [/^app_set_clean_sequence_type$/, (product) => hasTextBit(product, 93)],
  [/_valley_electricity_timer$/, ({ featureInfo }) => hasBit(featureInfo, 45)],
  [/^[gs]et_led_status$/, ({ featureList }) => featureList.includes(119)],
  [/^(load|name)_multi_map$/, knowsFloors],
  [/^app_rc_/, ({ featureList }) => featureList.includes(125)]
]

const hasBit = (bits: number, bit: number): boolean => Math.floor(bits / 2 ** bit) % 2 === 1

const hasTextBit = ({ featureText }: V1Product, bit: number): boolean =>
  (BigInt(`0x0${featureText}`) >> BigInt(bit) & 1n) === 1n

/** Whether a model answers a method with `unknown_method` that others know. */
export const isAbsent = (product: V1Product, method: string): boolean =>
  !product.mops && mopMethods.has(method)
  || featureMethods.some(([pattern, has]) => pattern.test(method) && !has(product))
