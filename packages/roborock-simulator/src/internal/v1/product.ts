/** What sets the models apart that are simulated. */
export interface Product {
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
}

export type ProductName = "S7" | "Qrevo Master"

const number = (bits: ReadonlyArray<number>): number => bits.reduce((sum, bit) => sum + 2 ** bit, 0)

const text = (bits: ReadonlyArray<number>): string =>
  bits.reduce((sum, bit) => sum | 1n << BigInt(bit), 0n).toString(16).padStart(32, "0")

/** Clean history with finish reasons, child lock, carpets, room names and tags. */
const plainBits = [0, 8, 9, 14, 22, 23, 38]
/** Beside them: running light, emptying, collision avoidance, floors, slow mop, off-peak charging, drying. */
const dockBits = [18, 24, 25, 27, 35, 41, 45, 47]

/** Fast route, a dock that is to be believed, washing again by itself, modes that choose themselves. */
const dockTextBits = [8, 17, 34, 55]

/** Rooms, spots and zones, LED switch, several floors, timer summary, ordered rooms, analysis, remote control. */
const featureList = [111, 112, 113, 114, 115, 116, 119, 120, 122, 123, 124, 125]

export const products: Readonly<Record<ProductName, Product>> = {
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
    dockParts: 0
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
    dockParts: 0b10101000
  }
}
