import { FloorMap, MapImage, Q10Map, Q10Overlays, Q10Packet } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { i16s, literals, pathOf, pathPacket, rasterOf, rasterPacket, smallQ10, u32, xy } from "./q10Bytes.ts"
import { fromHex, makeRandom, vectorCases } from "./vectors.ts"

const errorOf = (bytes: Uint8Array, options?: Q10Packet.Options) =>
  Either.getOrThrow(Either.flip(Q10Packet.decode(bytes, options)))

describe("Q10Map", () => {
  const raster = rasterOf(smallQ10())
  const map = Q10Map.make(raster)

  it("turns the rows, and finds rooms and names", () => {
    assert.deepInclude(raster, { kind: "live", mapId: 4711, version: 1, cutShort: false })
    assert.deepStrictEqual(map.rooms.map(({ cells, id }) => [id, cells]), [[1, 13], [2, 9]])
    assert.deepStrictEqual([...map.roomNames], [[1, "Living Room"], [2, "Büro"]])
    assert.strictEqual(map.grid?.rooms[11 + 5 - 1], 1, "the door is in the lowest row of the rooms")
    assert.strictEqual(map.grid?.rooms[10 + 5], 1)
  })

  it("lays path, robot and dock on the cells, also when the plane begins within one", () => {
    const path = pathOf(pathPacket([[0, 0], [20, 0], [20, -30]], { heading: 270 }))
    const drawn = Q10Map.make(raster, { path })
    const { charger, grid, robot } = drawn
    assert.isDefined(grid)
    if (grid === undefined || robot === undefined || charger === undefined) return assert.fail("nothing there")
    // The origin is 3.5 columns from the left and 3 rows from the top; the robot one cell right and one and a half down of it.
    assert.strictEqual(FloorMap.cellAt(grid, robot), 4)
    assert.strictEqual(robot.angle, -90)
    assert.strictEqual(FloorMap.cellAt(grid, charger), 2 * 10 + 1)
    assert.strictEqual(charger.angle, 90)
    assert.deepStrictEqual(drawn.toDevice(robot), { x: 10, y: -15 })
    assert.strictEqual(drawn.path.length, 3)
  })

  it("without a path the robot is unknown; with an empty one it stands in its dock", () => {
    assert.isUndefined(map.robot)
    const docked = Q10Map.make(raster, { path: pathOf(pathPacket([], { heading: 45 })) })
    assert.deepStrictEqual(docked.robot, docked.charger && { ...docked.charger, angle: 45 })
  })

  it("takes the unit of the path that puts it on floor", () => {
    const points = [[5, 5], [10, 5], [15, 5], [20, 15]] as const
    const found = (version: number) =>
      Q10Map.make(raster, { path: pathOf(pathPacket(points, { version })) }).path.map(({ x }) =>
        x - (map.grid?.left ?? 0)
      )
    assert.strictEqual(found(1).length, 4)
    assert.deepStrictEqual(found(1), found(3))
  })

  it("leaves out a stray first point and hidden ones", () => {
    const points = [[-500, -500], [4, 4], [8, 4], [12, 4], [16, 4]] as const
    assert.strictEqual(Q10Map.make(raster, { path: pathOf(pathPacket(points)) }).path.length, 4)
    const hidden = [[0, 0], [5, 4], [8, 4], [12, 4]] as const
    assert.strictEqual(Q10Map.make(raster, { path: pathOf(pathPacket(hidden, { mode: 2 })) }).path.length, 3)
  })

  it("reads areas and walls of data points", () => {
    const record = (type: number, ...values: ReadonlyArray<number>) => {
      const bytes = Buffer.alloc(38)
      bytes[0] = type
      bytes[1] = values.length / 2
      i16s(...values).copy(bytes, 2)
      return bytes
    }
    const areas = Q10Overlays.decodeAreas(
      Buffer.concat([
        Buffer.from([1, 3]),
        record(0, 0, 0, 10, 0, 10, 10, 0, 10),
        record(2, -10, 0, -5, 0, -5, 10, -10, 10),
        record(3, 0, 0, 10, 10, 0, 5)
      ]).toString("base64")
    )
    const walls = Q10Overlays.decodeWalls(Buffer.concat([Buffer.from([1]), i16s(0, 0, 10, 20)]).toString("base64"))
    const drawn = Q10Map.make(raster, { areas, walls, zones: areas.slice(0, 1) })
    assert.deepStrictEqual(areas.map(({ kind }) => kind), ["noGo", "noMop", "doorSill"])
    assert.deepStrictEqual([drawn.noGoAreas.length, drawn.noMopAreas.length, drawn.doorSills.length], [1, 1, 1])
    assert.deepStrictEqual(drawn.toDevice(drawn.virtualWalls[0]?.to ?? { x: 0, y: 0 }), { x: 10, y: 20 })
    const [zone] = drawn.zones
    assert.deepStrictEqual([(zone?.x1 ?? 0) - (zone?.x0 ?? 0), (zone?.y1 ?? 0) - (zone?.y0 ?? 0)], [50, 50])
    for (const nothing of ["", "AA==", "not base64!", "AQ=="]) {
      assert.deepStrictEqual([Q10Overlays.decodeAreas(nothing), Q10Overlays.decodeWalls(nothing)], [[], []])
    }
  })

  it("leaves path and areas out of a map that does not tell where they lie", () => {
    const lost = Q10Map.make(rasterOf(rasterPacket(["aa", "aa"])), { path: pathOf(pathPacket([[0, 0], [5, 5]])) })
    assert.deepStrictEqual([lost.located, lost.path.length, lost.rooms.length], [false, 0, 1])
  })

  it("reads erased areas, carpet and obstacles behind the cells", () => {
    const mask = Buffer.alloc(4)
    mask[0] = 1
    const block = literals(mask)
    const tail = Buffer.concat([
      Buffer.from([1, 3]),
      i16s(0, 0, 10, 0, 10, 10),
      u32(4),
      i16s(block.length),
      block,
      Buffer.from([1]),
      i16s(25, 25),
      Buffer.from([0])
    ])
    const packet = rasterOf(rasterPacket(["aa", "aa"], { tail, origin: [10, 10] }))
    assert.deepInclude(packet, { cutShort: false, obstacles: [{ x: 25, y: 25 }] })
    assert.deepStrictEqual(packet.erased, [[{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 10, y: 10 }]])
    assert.deepStrictEqual([...packet.carpet ?? []], [0, 0, 1, 0])
    assert.deepStrictEqual(Q10Map.make(packet).obstacles.map(({ x, y }) => [x, y]), [[25, 25]])
    const torn = rasterOf(rasterPacket(["aa", "aa"], { tail: tail.subarray(0, 20), origin: [10, 10] }))
    assert.deepInclude(torn, { cutShort: true, carpet: undefined })
    assert.strictEqual(torn.erased.length, 1)
  })

  it("names: what the device made up is made readable", () => {
    assert.deepStrictEqual(
      ["rr_living_room", "bedroom", "Bad", "rr_", "élan"].map(Q10Map.shownName),
      ["Living Room", "Bedroom", "Bad", "", "Élan"]
    )
  })
})

describe("Q10Packet, other versions of cells", () => {
  const packed = (version: number, width: number, height: number, cells: ReadonlyArray<number>) => {
    const bytes = Buffer.from(rasterPacket(["a".repeat(cells.length - 2)], { version }))
    bytes.writeUInt16BE(width, 7)
    bytes.writeUInt16BE(height, 9)
    Buffer.from(cells).copy(bytes, 30)
    return rasterOf(new Uint8Array(bytes))
  }

  it("version 2 has wider kinds, version 0 four cells a byte", () => {
    const two = packed(2, 4, 1, [3 << 3 | 2, 3 << 3 | 1, 5 << 3 | 7, 0, 1, 0])
    assert.deepStrictEqual([[...two.kinds], [...two.rooms]], [[3, 1, 3, 0], [3, 0, 5, 0]])
    const zero = packed(0, 4, 2, [0b00011011, 0b11000000, 1, 0])
    assert.deepStrictEqual([...zero.kinds], [0, 3, 3, 3, 3, 1, 0, 0])
  })
})

describe("Q10Packet, damage", () => {
  it("says what is no map, or not all of one", () => {
    assert.strictEqual(errorOf(new Uint8Array(0)).reason, "NotAMap")
    assert.strictEqual(errorOf(Uint8Array.of(9, 1)).reason, "NotAMap")
    assert.strictEqual(errorOf(Uint8Array.of(1, 1)).reason, "Truncated")
    assert.strictEqual(errorOf(smallQ10().subarray(0, 60)).reason, "Truncated")
    assert.strictEqual(errorOf(smallQ10(), { maxBytes: 40 }).reason, "ContentTooLarge")
    assert.strictEqual(errorOf(pathPacket([[1, 2]]).subarray(0, 13)).reason, "Truncated")
    const whole = pathPacket([[1, 2], [3, 4]])
    assert.deepInclude(pathOf(whole), { cutShort: false })
    assert.deepInclude(pathOf(whole.subarray(0, 20)), { points: [{ x: 1, y: 2 }], cutShort: true })
  })

  it("a tiny packet cannot claim a large map", () => {
    const bytes = Buffer.from(smallQ10())
    bytes.writeUInt16BE(4000, 7)
    bytes.writeUInt16BE(2000, 9)
    bytes.writeUInt32BE(8_000_000, 23)
    assert.strictEqual(errorOf(new Uint8Array(bytes)).reason, "DecompressFailed")
    bytes.writeUInt32BE(0, 23)
    assert.strictEqual(errorOf(new Uint8Array(bytes)).reason, "Malformed")
  })

  it("no damage throws anything but the typed error", () => {
    const random = makeRandom(11)
    const packets = [smallQ10(), pathPacket([[1, 2], [30, 4], [5, 60]], { mode: 2 })]
    for (let round = 0; round < 4000; round++) {
      const bytes = Uint8Array.from(packets[round % 2] ?? [])
      for (let hit = 0; hit < 1 + random() * 5; hit++) bytes[Math.floor(random() * bytes.length)] = random() * 256
      const result = Q10Packet.decode(bytes.subarray(0, Math.ceil(bytes.length * (0.3 + random()))))
      if (Either.isLeft(result) || result.right._tag === "Path") continue
      const map = Q10Map.make(result.right, { path: pathOf(pathPacket([[0, 0], [20, 20]])) })
      if (round % 40 === 0) MapImage.draw(map, { scale: 1, maxPixels: 100_000 })
    }
  })
})

interface TraceInputs {
  readonly payloadHex?: string
}
const cases = vectorCases<TraceInputs, { sequence: number; heading: number; points: ReadonlyArray<unknown> }>(
  "b01-q10-trace-lz4"
)
describe.skipIf(cases === undefined)("Q10Packet, shared vectors", () => {
  for (const { expected, inputs, name } of cases ?? []) {
    const { payloadHex } = inputs
    if (payloadHex === undefined) continue
    it(name, () => {
      const path = pathOf(fromHex(payloadHex))
      assert.deepStrictEqual([path.sequence, path.heading], [expected?.sequence, expected?.heading])
      assert.deepStrictEqual<unknown>(path.points.map(xy), expected?.points)
    })
  }
})
