import { FloorMap, MapImage, Q7Map, Q7MapPayload } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { createHash } from "node:crypto"
import { deflateSync, gunzipSync } from "node:zlib"
import { testData } from "../../../vitest.testData.ts"
import { boxOutline, cells, float, head, integer, message, smallQ7 } from "./q7Bytes.ts"
import { fromHex, makeRandom, utf8, vectorCases } from "./vectors.ts"

const parsed = (bytes: Uint8Array): Q7Map.Q7Map => Either.getOrThrow(Q7Map.parse(bytes))
const errorOf = (bytes: Uint8Array): Q7Map.Q7MapError => Either.getOrThrow(Either.flip(Q7Map.parse(bytes)))
const join = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat(parts))

describe("Q7Map", () => {
  const map = parsed(smallQ7())

  it("reads cells, rooms and their names", () => {
    assert.deepStrictEqual(map.issues, [])
    assert.deepInclude(map, { mapType: 0, mapId: 77, taskBegin: 1_700_000_000, uploadedAt: 1_700_000_100 })
    assert.deepInclude(map.grid, { cellSize: 50, left: -6, bottom: -2, width: 12, height: 6 })
    assert.deepStrictEqual(map.rooms.map(({ box, cells: count, id }) => ({ id, count, box })), [
      { id: 10, count: 16, box: { x0: -250, y0: -50, x1: -100, y1: 100 } },
      { id: 11, count: 20, box: { x0: 0, y0: -50, x1: 200, y1: 100 } }
    ])
    assert.deepStrictEqual([...map.roomNames], [[10, "Küche"], [11, "Hall"]])
    assert.strictEqual(map.grid?.rooms[2 * 12 + 5], 0, "the cell in the door is of no room")
  })

  it("reads everything drawn on it, in millimetres", () => {
    assert.deepStrictEqual(map.charger, { x: -200, y: 0, angle: 90 })
    assert.deepStrictEqual(map.robot, { x: 200, y: 100, angle: -45 })
    assert.strictEqual(map.robotRoom, 11)
    assert.deepStrictEqual(map.virtualWalls, [{ from: { x: -200, y: 50 }, to: { x: -100, y: 50 } }])
    assert.deepStrictEqual(map.noGoAreas[0]?.[2], { x: 200, y: 100 })
    assert.deepStrictEqual(map.obstacles.map(({ code, x, y }) => [code, x, y]), [[2, 0, 100]])
  })

  it("leaves out the placeholder at the start of a path", () => {
    assert.deepStrictEqual(map.path, [{ x: 900, y: 100 }, { x: 200, y: 100 }])
    assert.deepStrictEqual(map.pathCodes, Uint8Array.of(6, 6))
  })

  it("takes rooms out of the cells of saved maps, and compressed cells", () => {
    const saved = join(
      integer(1, 2),
      head(3, 2, 0, 0),
      message(4, message(1, deflateSync(Buffer.from([10, 10, 128, 11, 127, 0]))))
    )
    const { grid, rooms } = parsed(saved)
    assert.deepStrictEqual(rooms.map(({ id }) => id), [10, 11])
    assert.deepStrictEqual([...grid?.rooms ?? []], [10, 10, 0, 11, 0, 0])
    assert.deepStrictEqual([...grid?.kinds ?? []], [3, 3, 1, 3, 3, 0])
  })

  it("keeps places on their cells when the grid begins within a cell", () => {
    const shifted = parsed(join(
      integer(1, 0),
      head(4, 1, 0.02, 0),
      message(4, message(1, cells("...."))),
      message(8, integer(1, 1), float(3, 0.03), float(4, 0.01), float(5, 0))
    ))
    const robot = shifted.robot
    assert.isDefined(robot)
    assert.isDefined(shifted.grid)
    if (robot === undefined || shifted.grid === undefined) return
    assert.strictEqual(FloorMap.cellAt(shifted.grid, robot), 0)
  })

  it("is drawn with its names", () => {
    const picture = MapImage.draw(map, { roomNames: map.roomNames })
    assert.isAbove(picture.width, 12 * 4)
  })

  it("a map without cells is a map without a grid", () => {
    assert.isUndefined(parsed(join(integer(1, 0))).grid)
    assert.isUndefined(parsed(join(integer(1, 0), head(0, 0, 0, 0), message(4))).grid)
  })
})

describe("Q7Map, damage", () => {
  const whole = smallQ7()

  it("says what is no map", () => {
    assert.strictEqual(errorOf(new Uint8Array(0)).reason, "NotAMap")
    assert.strictEqual(errorOf(utf8("rr no protobuf")).reason, "NotAMap")
    assert.strictEqual(Either.getOrThrow(Either.flip(Q7Map.parse(whole, { maxBytes: 10 }))).reason, "ContentTooLarge")
    assert.include(errorOf(whole.subarray(0, 400)).message, "the parts before it could be read")
  })

  it("keeps what came before the damage, wherever the file ends", () => {
    for (let length = 1; length < whole.length; length++) {
      const result = Q7Map.parse(whole.subarray(0, length))
      if (Either.isRight(result)) continue
      assert.strictEqual(result.left.reason, "Truncated")
      if (length > 150) assert.strictEqual(result.left.partial?.grid?.height, 6)
    }
  })

  it("lists what is wrong inside a part", () => {
    const cut = parsed(join(integer(1, 0), head(4, 4, 0, 0), message(4, message(1, cells("....", "....")))))
    assert.deepStrictEqual(cut.issues, [{ part: "grid", problem: "CutShort" }])
    assert.strictEqual(cut.grid?.height, 2)
    assert.deepStrictEqual(parsed(join(integer(1, 0), head(70_000, 4, 0, 0))).issues, [{
      part: "head",
      problem: "Malformed"
    }])
    const zlib = deflateSync(Buffer.alloc(100, 127))
    zlib[5] = 0xff
    const damaged = parsed(join(integer(1, 0), head(10, 10, 0, 0), message(4, message(1, zlib))))
    assert.isAtLeast(damaged.issues.length, 1)
  })

  it("outlines that would cost more than rooms do are left out", () => {
    const zigzag = (room: number) =>
      message(
        14,
        integer(1, room),
        ...Array.from({ length: 4000 }, (_, index) => message(2, integer(1, index % 100), integer(2, index % 2 * 4000)))
      )
    const bytes = join(
      integer(1, 0),
      head(100, 100, 0, 0),
      message(4, message(1, Buffer.alloc(10_000, 127))),
      boxOutline(9, 1, 1, 5, 5),
      ...Array.from({ length: 40 }, (_, index) => zigzag(index + 10))
    )
    const map = parsed(bytes)
    assert.deepStrictEqual(map.issues, [{ part: "outlines", problem: "Malformed" }])
    assert.strictEqual(map.rooms[0]?.cells, 25)
  })

  it("no damage throws anything but the typed error", () => {
    const random = makeRandom(7)
    for (let round = 0; round < 1500; round++) {
      const bytes = Uint8Array.from(whole)
      for (let hit = 0; hit < 1 + random() * 6; hit++) bytes[Math.floor(random() * bytes.length)] = random() * 256
      const result = Q7Map.parse(
        bytes.subarray(0, round % 3 === 0 ? Math.floor(random() * bytes.length) : bytes.length)
      )
      const map = Either.isRight(result) ? result.right : result.left.partial
      if (map !== undefined && round % 50 === 0) MapImage.draw(map, { scale: 1, maxPixels: 100_000 })
    }
  })
})

interface ExpectedQ7 {
  readonly mapType: number
  readonly rooms: ReadonlyArray<{ readonly id: number; readonly name: string; readonly label: ReadonlyArray<number> }>
  readonly virtualWalls: ReadonlyArray<unknown>
  readonly areas: ReadonlyArray<ReadonlyArray<ReadonlyArray<number>>>
  readonly roomChains: Readonly<Record<string, { readonly bbox: ReadonlyArray<number> }>>
  readonly head: Readonly<Record<"mapHeadId" | "sizeX" | "sizeY" | "minX" | "minY", number>>
  readonly grid: { readonly counts: Readonly<Record<string, number>>; readonly sha256: string }
  readonly path: {
    readonly points: number
    readonly updateCounts: Readonly<Record<string, number>>
    readonly last: ReadonlyArray<number>
  }
  readonly dock: Readonly<Record<"x" | "y" | "phi", number>>
  readonly pose: Readonly<Record<"x" | "y" | "phi", number>>
}

const shared = [
  ["b01-q7/q7-sc05-live.scmap.gz", "b01-q7/q7-sc05-live.scmap.expected.json"],
  ["b01-q7-synthetic/two-rooms.scmap", "b01-q7-synthetic/two-rooms.expected.json"]
] as const
const hasShared = testData("roborock/maps/INDEX.json") !== undefined

/** The device's own byte for each kind of cell of a live map. */
const cellBytes = (grid: FloorMap.Grid): Uint8Array =>
  grid.kinds.map((kind) => kind === FloorMap.CellKind.wall ? 128 : kind === FloorMap.CellKind.floor ? 127 : 0)

describe.skipIf(!hasShared)("Q7Map, shared maps", () => {
  for (const [file, expectedFile] of shared) {
    it(file, () => {
      const expected = JSON.parse(testData(`roborock/maps/${expectedFile}`)?.toString("utf8") ?? "") as ExpectedQ7 // our own test data
      const data = testData(`roborock/maps/${file}`) ?? Buffer.alloc(0)
      const map = parsed(new Uint8Array(file.endsWith(".gz") ? gunzipSync(data) : data))
      assert.deepStrictEqual(map.issues, [])
      const { dock, grid: expectedGrid, head: expectedHead, path, pose } = expected
      assert.deepInclude(map, { mapType: expected.mapType, mapId: expectedHead.mapHeadId })
      const { grid } = map
      assert.isDefined(grid)
      if (grid === undefined) return
      assert.deepInclude(grid, {
        width: expectedHead.sizeX,
        height: expectedHead.sizeY,
        left: expectedHead.minX * 20,
        bottom: expectedHead.minY * 20
      })
      assert.strictEqual(createHash("sha256").update(cellBytes(grid)).digest("hex"), expectedGrid.sha256)

      assert.deepStrictEqual([...map.roomNames], expected.rooms.map(({ id, name }) => [id, name]))
      assert.deepStrictEqual(map.rooms.map(({ id }) => id), expected.rooms.map(({ id }) => id))
      for (const { id, label } of expected.rooms) {
        const [x = 0, y = 0] = label.map((metres) => metres * 1000)
        assert.strictEqual(FloorMap.roomAt(grid, { x, y }), id, `label of room ${id}`)
      }
      for (const room of map.rooms) {
        const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = expected.roomChains[room.id]?.bbox ?? []
        const box = [room.box.x0 / 50 - grid.left, room.box.y0 / 50 - grid.bottom]
        assert.isAtLeast(box[0] ?? -1, x0)
        assert.isAtLeast(box[1] ?? -1, y0)
        assert.isAtMost(room.box.x1 / 50 - grid.left, x1)
        assert.isAtMost(room.box.y1 / 50 - grid.bottom, y1)
      }

      const millimetres = (metres: number) => Math.round(metres * 1000)
      const rounded = (point: FloorMap.Point | undefined) => point && [Math.round(point.x), Math.round(point.y)]
      assert.include([path.points, path.points - 1], map.path.length)
      assert.deepStrictEqual(rounded(map.path.at(-1)), path.last.map(millimetres))
      const counts: Record<string, number> = {}
      for (const code of map.pathCodes) counts[code] = (counts[code] ?? 0) + 1
      if (map.path.length < path.points) counts[0] = (counts[0] ?? 0) + 1
      assert.deepStrictEqual(counts, path.updateCounts)
      for (const [found, wanted] of [[map.charger, dock], [map.robot, pose]] as const) {
        assert.closeTo(found?.x ?? Infinity, wanted.x * 1000, 0.1)
        assert.closeTo(found?.y ?? Infinity, wanted.y * 1000, 0.1)
        assert.closeTo(found?.angle ?? Infinity, wanted.phi * 180 / Math.PI, 0.01)
      }
      assert.strictEqual(map.virtualWalls.length, expected.virtualWalls.length)
      assert.deepStrictEqual(
        map.noGoAreas.map((area) => area.map(rounded)),
        expected.areas.map((area) => area.map((corner) => corner.map(millimetres)))
      )
      assert.isAbove(MapImage.draw(map, { roomNames: map.roomNames }).width, 100)
    })
  }

  it("fixtures/maps/b01-q7-scmap.json", () => {
    const text = testData("roborock/fixtures/maps/b01-q7-scmap.json")?.toString("utf8") ?? ""
    const { gzipBase64 } = JSON.parse(text) as { gzipBase64: string } // our own test data
    const map = parsed(new Uint8Array(gunzipSync(Buffer.from(gzipBase64, "base64"))))
    assert.strictEqual(map.rooms.length, 10)
    assert.deepStrictEqual(map.issues, [])
  })
})

interface VectorQ7 {
  readonly mapKeyAscii: string
  readonly scmapHex: string
  readonly mapType: number
  readonly taskBeginDate: number
  readonly sizeX: number
  readonly sizeY: number
  readonly gridHex: string
  readonly rooms: Readonly<Record<string, string>>
}
const cases = vectorCases<{ serial: string; model: string; payloadAscii: string }, VectorQ7>("b01-q7-map")
describe.skipIf(cases === undefined)("Q7Map and Q7MapPayload, shared vectors", () => {
  for (const { expected, expectedError, inputs, name } of cases ?? []) {
    it(name, () => {
      const opened = Q7MapPayload.decode(utf8(inputs.payloadAscii), inputs)
      if (expected === undefined) {
        assert.strictEqual(Either.getOrThrow(Either.flip(opened)).reason, expectedError?.kind)
        return
      }
      assert.strictEqual(Buffer.from(Q7MapPayload.mapKey(inputs)).toString(), expected.mapKeyAscii)
      const content = Either.getOrThrow(opened)
      assert.deepStrictEqual(content, fromHex(expected.scmapHex))
      const again = Q7MapPayload.decode(Q7MapPayload.encode(content, inputs), inputs)
      assert.deepStrictEqual(Either.getOrThrow(again), content)
      const map = parsed(content)
      assert.deepInclude(map, { mapType: expected.mapType, taskBegin: expected.taskBeginDate })
      assert.deepInclude(map.grid, { width: expected.sizeX, height: expected.sizeY })
      assert.deepStrictEqual(map.grid && cellBytes(map.grid), fromHex(expected.gridHex))
      assert.deepStrictEqual(Object.fromEntries(map.roomNames), expected.rooms)
    })
  }
})

describe("Q7MapPayload", () => {
  const origin = { serial: "RRSERIAL0001", model: "roborock.vacuum.sc01" }

  it("derives the key from serial and model", () => {
    assert.strictEqual(Buffer.from(Q7MapPayload.mapKey(origin)).toString(), "39816be213b907ca")
  })

  it("seals and opens, with or without padding and line breaks", () => {
    const sealed = Buffer.from(Q7MapPayload.encode(smallQ7(), origin)).toString()
    for (const text of [sealed, sealed.replace(/=+$/, ""), sealed.replace(/(.{64})/g, "$1\r\n")]) {
      assert.deepStrictEqual(Either.getOrThrow(Q7MapPayload.decode(utf8(text), origin)), smallQ7())
    }
  })

  it("bounds what it inflates", () => {
    const reason = (maxContentBytes: number, content: Uint8Array) => {
      const result = Q7MapPayload.decode(Q7MapPayload.encode(content, origin), origin, { maxContentBytes })
      return Either.isLeft(result) ? result.left.reason : "opened"
    }
    assert.strictEqual(reason(1000, new Uint8Array(1000)), "opened")
    assert.strictEqual(reason(1000, new Uint8Array(1001)), "ContentTooLarge")
    assert.strictEqual(reason(10, new Uint8Array(8000).map((_, index) => index * 7919)), "ContentTooLarge")
  })

  it("no damage throws", () => {
    const sealed = Q7MapPayload.encode(smallQ7(), origin)
    const random = makeRandom(3)
    for (let round = 0; round < 200; round++) {
      const bytes = Uint8Array.from(sealed)
      bytes[Math.floor(random() * bytes.length)] = random() * 256
      Q7MapPayload.decode(bytes.subarray(0, Math.ceil(random() * bytes.length)), origin)
    }
  })
})
