import { FloorMap, MapImage, Q7Map, Q7MapPayload } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { deflateSync } from "node:zlib"
import { boxOutline, cellBytes, cells, float, head, integer, message, smallQ7 } from "./q7Bytes.ts"
import { fromHex, makeRandom, utf8, vectorCases } from "./vectors.ts"

const parsed = (bytes: Uint8Array): Q7Map.Q7Map => Either.getOrThrow(Q7Map.parse(bytes))
const errorOf = (bytes: Uint8Array): Q7Map.Q7MapError => Either.getOrThrow(Either.flip(Q7Map.parse(bytes)))
const join = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat(parts))

describe("Q7Map", () => {
  const map = parsed(smallQ7())

  it("reads cells, rooms and their names", () => {
    assert.deepStrictEqual(map.issues, [])
    assert.deepInclude(map, { mapType: 0, mapId: 77, taskBegin: 1_700_000_000_000, uploadedAt: 1_700_000_100_000 })
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
    for (const side of [-8.85, 2.5]) {
      const misread = message(3, float(2, side), integer(3, 7), float(8, 0.05))
      const { grid, issues } = parsed(join(integer(1, 0), misread, message(4, message(1, Buffer.alloc(147, 127)))))
      assert.deepStrictEqual([grid, issues], [undefined, [{ part: "head", problem: "Malformed" }]])
    }
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
      assert.deepInclude(map, { mapType: expected.mapType, taskBegin: expected.taskBeginDate * 1000 })
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
