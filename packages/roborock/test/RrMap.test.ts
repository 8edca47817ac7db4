import { FloorMap, RrMap } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { gzipSync } from "node:zlib"
import {
  blockBytes,
  counted,
  fileHeader,
  i32s,
  imageBlock,
  mapFile,
  pathBlock,
  poseBlock,
  smallHome,
  type TestBlock,
  u16s
} from "./mapBytes.ts"
import { fromHex, makeRandom, vectorCases } from "./vectors.ts"

const parsed = (bytes: Uint8Array, options?: RrMap.Options): RrMap.RrMap =>
  Either.getOrThrow(RrMap.parse(bytes, options))
const errorOf = (bytes: Uint8Array, options?: RrMap.Options): RrMap.MapError =>
  Either.getOrThrow(Either.flip(RrMap.parse(bytes, options)))

describe("RrMap", () => {
  const map = parsed(smallHome())

  it("reads the header and checks the digest", () => {
    assert.deepStrictEqual(map.header, { major: 1, minor: 1, mapIndex: 3, sequence: 77 })
    assert.strictEqual(map.digest, "ok")
    assert.deepStrictEqual(map.issues, [])
  })

  it("tells when it was made", () => {
    const dated = { type: 33, data: i32s(1_700_000_000) }
    assert.strictEqual(parsed(mapFile(dated)).createdAt, 1_700_000_000_000)
    assert.isUndefined(parsed(mapFile({ type: 33, data: Buffer.alloc(2) })).createdAt)
  })

  it("finds the rooms", () => {
    assert.deepStrictEqual(map.rooms.map(({ id, cells, area, box }) => ({ id, cells, area, box })), [
      { id: 16, cells: 84, area: 0.21, box: { x0: 20050, y0: 20050, x1: 20900, y1: 20400 } },
      { id: 17, cells: 44, area: 0.11, box: { x0: 20500, y0: 20200, x1: 20900, y1: 20400 } }
    ])
  })

  it("reads everything drawn on it, in millimetres", () => {
    assert.deepStrictEqual(map.charger, { x: 20125, y: 20075, angle: 90 })
    assert.deepStrictEqual(map.robot, { x: 20725, y: 20325, angle: -45 })
    assert.strictEqual(map.robotRoom, 17)
    assert.deepStrictEqual(map.path.at(-1), { x: 20725, y: 20325 })
    assert.deepStrictEqual(map.pathKinds, Uint8Array.of(0, 1, 1))
    assert.deepStrictEqual(map.zones, [{ x0: 20500, y0: 20200, x1: 20900, y1: 20450 }])
    assert.deepStrictEqual(map.gotoTarget, { x: 20825, y: 20375 })
    assert.deepStrictEqual(map.virtualWalls, [{ from: { x: 20250, y: 20100 }, to: { x: 20250, y: 20200 } }])
    assert.deepStrictEqual(map.noGoAreas[0]?.[2], { x: 20200, y: 20400 })
    assert.deepStrictEqual(map.noMopAreas[0]?.[0], { x: 20600, y: 20200 })
    assert.deepStrictEqual(map.activeRooms, [17])
    assert.deepStrictEqual(map.obstacles, [
      { x: 20300, y: 20350, code: 48, confidence: 93, photoId: "PHOTO0000000001A" }
    ])
    assert.strictEqual(FloorMap.obstacleName(48), "cable")
    assert.strictEqual(FloorMap.obstacleName(77), "obstacle 77")
  })

  it("an obstacle has a confidence as soon as its record is long enough for one", () => {
    const confidences = [6, 8, 10].map((recordBytes) => {
      const record = Buffer.concat([u16s(20300, 20350, 5, 4200), Buffer.alloc(2)]).subarray(0, recordBytes)
      return parsed(mapFile(counted(15, 1, record))).obstacles.map(({ code, confidence }) => [code, confidence])
    })
    assert.deepStrictEqual(confidences, [[[5, undefined]], [[5, 42]], [[5, 42]]])
  })

  it("row 0 is the lowest one", () => {
    const { grid } = parsed(mapFile(imageBlock(400, 500, ["#a", "b "])))
    assert.isDefined(grid)
    if (grid === undefined) return
    assert.deepStrictEqual([...grid.rooms], [17, 0, 0, 16])
    assert.strictEqual(FloorMap.roomAt(grid, { x: 20001, y: 25001 }), 17)
    assert.strictEqual(FloorMap.roomAt(grid, { x: 20050, y: 25050 }), 16)
    assert.strictEqual(FloorMap.roomAt(grid, { x: 20050, y: 25100 }), undefined)
    assert.deepStrictEqual(FloorMap.centreOf(grid, 3), { x: 20075, y: 25075 })
    assert.strictEqual(FloorMap.cellAt(grid, FloorMap.centreOf(grid, 3)), 3)
  })

  it("puts the centre of a room on its largest connected floor", () => {
    const lines = ["aaaa    aa", "a         ", "a         ", "aaaa      "]
    const { grid, rooms } = parsed(mapFile(imageBlock(400, 400, lines)))
    const centre = rooms[0]?.centre
    assert.isDefined(centre)
    if (grid === undefined || centre === undefined) return
    assert.strictEqual(FloorMap.roomAt(grid, centre), 16)
    assert.isBelow(centre.x, 20200)
  })

  it("splits a path at gaps", () => {
    const { path } = parsed(mapFile(pathBlock(3, [100, 100], [200, 100], [900, 100], [1000, 100])))
    assert.deepStrictEqual(FloorMap.runsOf(path).map((run) => run.length), [2, 2])
    assert.deepStrictEqual(FloorMap.runsOf(path, (index) => index !== 2).map((run) => run.length), [2, 1])
  })

  it("normalises angles and does without them", () => {
    assert.strictEqual(parsed(mapFile(poseBlock(1, 1, 2, 270))).charger?.angle, -90)
    assert.strictEqual(parsed(mapFile(poseBlock(8, 1, 2, -180))).robot?.angle, 180)
    assert.deepStrictEqual(parsed(mapFile(poseBlock(8, 1, 2))).robot, { x: 1, y: 2, angle: undefined })
  })

  it("takes gzip, and history maps without a header", () => {
    assert.strictEqual(parsed(new Uint8Array(gzipSync(smallHome()))).rooms.length, 2)
    const headerless = new Uint8Array(blockBytes(imageBlock(400, 400, ["ab"])))
    assert.strictEqual(errorOf(headerless).reason, "NotAMap")
    const history = parsed(headerless, { history: true })
    assert.deepStrictEqual([history.header, history.rooms.length, history.digest], [undefined, 2, "missing"])
  })

  it("places suspected door sills in their middle, however long their records are", () => {
    const sill = Buffer.concat([u16s(100, 200, 300, 200, 300, 260, 100, 260), Buffer.alloc(68)])
    const { sills } = parsed(mapFile(counted(31, 2, Buffer.concat([sill, sill])))).suspected
    assert.deepStrictEqual(sills, [{ x: 200, y: 230 }, { x: 200, y: 230 }])
  })

  it("an image of 0 x 0 is a map without a grid", () => {
    const empty = parsed(mapFile({ type: 2, extra: i32s(0, 0, 0, 0, 0), data: Buffer.alloc(0) }))
    assert.deepStrictEqual([empty.grid, empty.rooms.length, empty.issues.length], [undefined, 0, 0])
  })
})

describe("RrMap, damage", () => {
  const issuesOf = (...blocks: ReadonlyArray<TestBlock>) => parsed(mapFile(...blocks)).issues

  it("says what is no map", () => {
    assert.strictEqual(errorOf(new Uint8Array(0)).reason, "NotAMap")
    assert.strictEqual(errorOf(Buffer.from("rr")).reason, "Truncated")
    assert.strictEqual(errorOf(Buffer.from("PNG")).reason, "NotAMap")
    const beyond = Buffer.concat([Buffer.from("rr"), u16s(60_000), Buffer.alloc(16)])
    assert.strictEqual(errorOf(new Uint8Array(beyond)).reason, "Truncated")
    assert.strictEqual(errorOf(new Uint8Array(gzipSync(smallHome()).subarray(0, 60))).reason, "DecompressFailed")
  })

  it("keeps what came before a block that claims too much", () => {
    const bad = Buffer.concat([u16s(3, 20), Buffer.from([0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(16)])
    const error = errorOf(new Uint8Array(Buffer.concat([fileHeader(0), blockBytes(poseBlock(1, 5, 6, 7)), bad])))
    assert.strictEqual(error.reason, "Truncated")
    assert.deepStrictEqual(error.partial?.charger, { x: 5, y: 6, angle: 7 })
    assert.strictEqual(error.message, "Map file, at byte 40: Truncated; 1 blocks before it could be read")
    const short = Buffer.concat([u16s(3, 7), i32s(0), Buffer.alloc(8)])
    assert.strictEqual(errorOf(new Uint8Array(Buffer.concat([fileHeader(0), short]))).reason, "MalformedBlock")
  })

  it("lists what is wrong inside blocks and reads the rest", () => {
    assert.deepStrictEqual(issuesOf(counted(10, 5, u16s(1, 2, 3, 4))), [{ blockType: 10, problem: "CutShort" }])
    assert.deepStrictEqual(issuesOf({ type: 1, data: Buffer.alloc(4) }), [{ blockType: 1, problem: "CutShort" }])
    assert.deepStrictEqual(issuesOf(poseBlock(1, 1, 2), poseBlock(1, 3, 4)), [{ blockType: 1, problem: "Repeated" }])
    const wide = { type: 2, extra: i32s(0, 0, 0, 2, 1 << 30), data: Buffer.alloc(2) }
    assert.deepStrictEqual(issuesOf(wide), [{ blockType: 2, problem: "Malformed" }])
    const cut = { type: 2, extra: i32s(0, 10, 10, 4, 2), data: Buffer.from([7, 7, 7, 7, 7]) }
    const map = parsed(mapFile(cut, pathBlock(3, [1, 1], [2, 2]), { type: 18, data: Buffer.from([1]) }))
    assert.strictEqual(map.grid?.height, 2)
    assert.deepStrictEqual(map.pathKinds, Uint8Array.of(1, 0))
    assert.deepStrictEqual(map.issues.map((issue) => issue.blockType), [2, 18])
  })

  it("does not inflate without bound", () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(30_000_000)))
    assert.strictEqual(errorOf(bomb).reason, "ContentTooLarge")
    assert.strictEqual(errorOf(smallHome(), { maxBytes: 100 }).reason, "ContentTooLarge")
  })

  it("survives every truncation and keeps what was readable", () => {
    const file = smallHome()
    let most = 0
    for (let length = 0; length < file.length; length++) {
      const result = RrMap.parse(file.subarray(0, length))
      const map = Either.isRight(result) ? result.right : result.left.partial
      most = Math.max(most, map?.blocks.length ?? 0)
    }
    assert.strictEqual(most, parsed(file).blocks.length - 1)
  })

  it("survives any mutation", () => {
    const file = smallHome()
    const random = makeRandom(7)
    for (let round = 0; round < 3000; round++) {
      const mutated = file.slice()
      for (let times = 0; times <= round % 5; times++) {
        mutated[Math.floor(random() * mutated.length)] = random() < 0.3 ? 0xff : Math.floor(random() * 256)
      }
      const result = RrMap.parse(mutated)
      if (Either.isLeft(result)) assert.instanceOf(result.left, RrMap.MapError)
    }
  })
})

interface VectorMap {
  readonly mapIndex: number
  readonly mapSequence: number
  readonly charger: ReadonlyArray<number>
  readonly robot: ReadonlyArray<number>
  readonly image: {
    readonly left: number
    readonly top: number
    readonly width: number
    readonly height: number
    readonly cellsHex: string
  }
  readonly roomIds: ReadonlyArray<number>
  readonly walls: ReadonlyArray<ReadonlyArray<number>>
}
const cases = vectorCases<{ mapHex: string }, VectorMap>("v1-map")
describe.skipIf(cases === undefined)("RrMap, shared vectors", () => {
  for (const { name, inputs, expected } of cases ?? []) {
    it(name, () => {
      if (expected === undefined) return
      const map = parsed(fromHex(inputs.mapHex))
      assert.deepInclude(map.header, { mapIndex: expected.mapIndex, sequence: expected.mapSequence })
      assert.deepStrictEqual([map.charger?.x, map.charger?.y], [...expected.charger])
      assert.deepStrictEqual([map.robot?.x, map.robot?.y], [...expected.robot])
      const { cellsHex, left, top, width, height } = expected.image
      assert.deepInclude(map.grid, { left, bottom: top, width, height })
      assert.deepStrictEqual(map.grid?.rooms, fromHex(cellsHex).map((byte) => byte === 255 ? 0 : byte >> 3))
      assert.deepStrictEqual(map.rooms.map(({ id }) => id), [...expected.roomIds])
      assert.deepStrictEqual(
        map.virtualWalls.map(({ from, to }) => [from.x, from.y, to.x, to.y]),
        expected.walls.map((wall) => [...wall])
      )
    })
  }
})
