import type { FloorMap } from "@effect-mqtt/roborock"
import { MapImage, RrMap } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { decode } from "fast-png"
import { testData } from "../../../vitest.testData.ts"
import { counted, i32s, imageBlock, mapFile, pathBlock, poseBlock, smallHome, u16s } from "./mapBytes.ts"

const mapOf = (bytes: Uint8Array): RrMap.RrMap => Either.getOrThrow(RrMap.parse(bytes))
const small = mapOf(smallHome())

/** The colour of a pixel as 0xRRGGBB, or "clear". */
const colourAt = (
  { data, width }: { readonly data: ArrayLike<number>; readonly width: number },
  x: number,
  y: number
) => {
  const at = (Math.floor(y) * width + Math.floor(x)) * 4
  const [red = 0, green = 0, blue = 0, alpha = 0] = [data[at], data[at + 1], data[at + 2], data[at + 3]]
  return alpha === 0 ? "clear" : red << 16 | green << 8 | blue
}
const colourOf = (picture: MapImage.Picture, point: FloorMap.Point) => {
  const { x, y } = picture.toPixel(point)
  return colourAt(picture, x, y)
}
const plain = { labels: false, path: false } as const

/** Pixels that differ between two pictures of the same size, as a box. */
const difference = (a: MapImage.Picture, b: MapImage.Picture) => {
  const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity, pixels: 0 }
  for (let index = 0; index < a.width * a.height; index++) {
    const [x, y] = [index % a.width, Math.floor(index / a.width)]
    if (colourAt(a, x, y) === colourAt(b, x, y)) continue
    box.x0 = Math.min(box.x0, x)
    box.x1 = Math.max(box.x1, x)
    box.y0 = Math.min(box.y0, y)
    box.y1 = Math.max(box.y1, y)
    box.pixels++
  }
  return box
}

describe("MapImage", () => {
  it("a planned way to the end of the world is not drawn to its end, which has millions of dashes", () => {
    const drawn = (...predictedPath: FloorMap.FloorMap["predictedPath"]) => MapImage.draw({ ...small, predictedPath })
    const [here, there] = [{ x: 20100, y: 20100 }, { x: 20700, y: 20300 }]
    const endless = [{ x: 0, y: 0 }, { x: -(2 ** 31), y: 0 }]
    assert.isAbove(difference(drawn(), drawn(here, there)).pixels, 0)
    assert.strictEqual(difference(drawn(), drawn(...endless, here, there)).pixels, 0)
  })

  it("is a PNG of the cells and a margin", () => {
    const image = decode(MapImage.png(small, { scale: 3, margin: 2 }))
    assert.deepStrictEqual([image.width, image.height, image.channels], [(20 + 4) * 3, (10 + 4) * 3, 4])
    assert.deepStrictEqual(image.data, MapImage.draw(small, { scale: 3, margin: 2 }).data)
    assert.strictEqual(colourAt(image, 0, 0), "clear")
    const onPaper = decode(MapImage.png(small, { background: 0xfafbfc }))
    assert.strictEqual(colourAt(onPaper, 0, 0), 0xfafbfc)
  })

  it("is drawn as if nothing was wished for where the wish is no number", () => {
    const { height, width } = MapImage.draw(small)
    assert.include(MapImage.draw(small, { scale: NaN, margin: NaN }), { height, width })
    assert.deepStrictEqual(MapImage.png(small, { scale: NaN }), MapImage.png(small))
  })

  it("gives rooms colours that differ between neighbours", () => {
    const map = mapOf(mapFile(imageBlock(400, 400, ["aaabbb", "aaabbb", "cccddd", "cccddd", "eeeeee"])))
    const picture = MapImage.draw(map, plain)
    const colour = new Map(map.rooms.map(({ id, centre }) => [id, colourOf(picture, centre)]))
    for (const [a, b] of [[16, 17], [16, 18], [17, 19], [18, 19], [18, 20], [19, 20]] as const) {
      assert.notStrictEqual(colour.get(a), colour.get(b), `rooms ${a} and ${b}`)
    }
  })

  it("says the numbers of the colours, for those who draw rooms themselves", () => {
    const colours = MapImage.roomColours(small)
    assert.deepStrictEqual([...colours.keys()].sort(), small.rooms.map(({ id }) => id).sort())
    assert.strictEqual(new Set(colours.values()).size, small.rooms.length)
    assert.strictEqual(MapImage.roomColours({ ...small, grid: undefined }).size, 0)
  })

  it("tells rooms apart that a wall divides, and copes with many neighbours", () => {
    const letters = "abcdefghijklmn"
    const lines = [...letters].map((letter) => `${letter.repeat(6)}##${"o".repeat(4)}`)
    const picture = (map: RrMap.RrMap) => MapImage.draw(map, plain)
    const map = mapOf(mapFile(imageBlock(400, 400, lines)))
    const common = colourOf(picture(map), map.rooms.at(-1)?.centre ?? { x: 0, y: 0 })
    for (const { centre, id } of map.rooms.slice(0, -1)) {
      assert.notStrictEqual(colourOf(picture(map), centre), common, `room ${id}`)
    }
  })

  it("keeps the colours from one upload to the next", () => {
    assert.deepStrictEqual(MapImage.png(small), MapImage.png(mapOf(smallHome())))
  })

  it("draws dock, robot with its heading, and the pin where they are", () => {
    const nothing = MapImage.draw({ ...small, charger: undefined, robot: undefined, gotoTarget: undefined }, plain)
    const charger = { x: 20300, y: 20200 }
    const dock = MapImage.draw(
      { ...small, charger: { ...charger, angle: 0 }, robot: undefined, gotoTarget: undefined },
      plain
    )
    const box = difference(nothing, dock)
    const { x, y } = dock.toPixel(charger)
    assert.closeTo((box.x0 + box.x1 + 1) / 2, x, 1)
    assert.closeTo((box.y0 + box.y1 + 1) / 2, y, 1)

    const standing = { ...small, charger: undefined, gotoTarget: undefined, path: [] }
    const turned = (angle: number | undefined) => MapImage.draw({ ...standing, robot: { ...charger, angle } }, plain)
    assert.isAbove(difference(nothing, turned(undefined)).pixels, 400)
    assert.isAbove(difference(turned(0), turned(180)).pixels, 40)
    const east = difference(turned(0), turned(undefined))
    assert.isAbove((east.x0 + east.x1) / 2, x - 4)
    // One that does not say where it looks: where its path led last.
    const went = [{ x: 20300, y: 20300 }, { x: 20300, y: 20250 }, charger]
    const moving = MapImage.draw({ ...standing, path: went, robot: { ...charger, angle: undefined } }, plain)
    assert.strictEqual(difference(moving, turned(-90)).pixels, 0)

    const pin = MapImage.draw({ ...small, charger: undefined, robot: undefined, gotoTarget: charger }, plain)
    assert.closeTo(difference(nothing, pin).y1, y, 3)
  })

  it("washes forbidden areas and zones with colour", () => {
    const bare = { ...small, noGoAreas: [], noMopAreas: [], virtualWalls: [], zones: [], obstacles: [] }
    const clean = MapImage.draw(bare, plain)
    const middle = { x: 20150, y: 20350 }
    const square = [
      { x: 20100, y: 20300 },
      { x: 20200, y: 20300 },
      { x: 20200, y: 20400 },
      { x: 20100, y: 20400 }
    ] as const
    const parts = [
      { noGoAreas: small.noGoAreas },
      { noMopAreas: [square] },
      { zones: [{ x0: 20100, y0: 20300, x1: 20200, y1: 20400 }] },
      { carpets: [square] },
      { virtualWalls: [{ from: { x: 20100, y: 20350 }, to: { x: 20200, y: 20350 } }] },
      { obstacles: [{ ...middle, code: 1, confidence: undefined, photoId: undefined }] }
    ] as const
    for (const part of parts) {
      const drawn = MapImage.draw({ ...bare, ...part }, plain)
      assert.notStrictEqual(colourOf(drawn, middle), colourOf(clean, middle), Object.keys(part).join())
    }
  })

  it("rings the places at which the robot suspects something", () => {
    const place = { x: 20150, y: 20350 }
    const bare = MapImage.draw(small, plain)
    for (const kind of ["areas", "sills", "cliffs"] as const) {
      const box = difference(
        bare,
        MapImage.draw({ ...small, suspected: { ...small.suspected, [kind]: [place] } }, plain)
      )
      const { x, y } = bare.toPixel(place)
      assert.closeTo((box.x0 + box.x1 + 1) / 2, x, 1)
      assert.closeTo((box.y0 + box.y1 + 1) / 2, y, 1)
      assert.isBelow(box.x1 - box.x0, 20)
    }
  })

  it("draws the path, but not over gaps", () => {
    const without = MapImage.draw(small, { labels: false, path: false })
    const path = (x: number) => [{ x: 20100, y: 20200 }, { x, y: 20200 }]
    const drawn = MapImage.draw({ ...small, path: path(20400), pathKinds: undefined }, { labels: false })
    assert.notStrictEqual(colourOf(drawn, { x: 20300, y: 20200 }), colourOf(without, { x: 20300, y: 20200 }))
    const gap = MapImage.draw({ ...small, path: path(20700), pathKinds: undefined }, { labels: false })
    assert.strictEqual(colourOf(gap, { x: 20300, y: 20200 }), colourOf(without, { x: 20300, y: 20200 }))
  })

  it("writes the names of the rooms on their floor", () => {
    const lines = Array.from({ length: 30 }, () => "a".repeat(60))
    const map = mapOf(mapFile(imageBlock(400, 400, lines)))
    const bare = MapImage.draw(map, { labels: false })
    const labelBox = (roomNames: MapImage.Options["roomNames"]) =>
      difference(bare, MapImage.draw(map, roomNames === undefined ? {} : { roomNames }))
    const hall = labelBox(new Map([[16, "Hall"]]))
    const { x, y } = bare.toPixel(map.rooms[0]?.centre ?? { x: 0, y: 0 })
    assert.closeTo((hall.x0 + hall.x1) / 2, x, 3)
    assert.closeTo((hall.y0 + hall.y1) / 2, y, 3)
    assert.isAbove(hall.pixels, 300)
    const kitchen = labelBox({ 16: "Big Kitchen" })
    assert.isAbove(kitchen.x1 - kitchen.x0, hall.x1 - hall.x0)
    // A room without a name, and one with an empty name, are called by their number.
    assert.deepStrictEqual(labelBox(undefined), labelBox({ 16: "Room 16" }))
    assert.deepStrictEqual(labelBox({ 16: " " }), labelBox({ 16: "Room 16" }))
    // Accents are drawn, letters without a drawing become a box, and nothing makes a label endless.
    const named = (name: string) => MapImage.draw(map, { roomNames: { 16: name } })
    const dots = difference(named("Buro"), named("Büro"))
    assert.isTrue(dots.pixels > 4 && dots.y1 - dots.y0 < 8)
    assert.isAbove(labelBox({ 16: "客厅" }).pixels, 0)
    const endless = labelBox({ 16: "x".repeat(5000) })
    assert.isBelow(endless.x1 - endless.x0, bare.width)
    assert.deepStrictEqual(labelBox({ 16: "a\u0000\n b" }), labelBox({ 16: "a b" }))
  })

  it("names do not cover each other", () => {
    const map = mapOf(mapFile(imageBlock(400, 400, ["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"])))
    const roomNames = { 16: "First", 17: "Second", 18: "Third" }
    const all = MapImage.draw(map, { roomNames })
    const bare = MapImage.draw(map, { labels: false })
    const tallest = difference(bare, MapImage.draw(map, { roomNames: { 16: "First" } }))
    assert.isAtLeast(difference(bare, all).pixels, tallest.pixels * 0.9)
  })

  it("pixels and places belong together in every rotation", () => {
    for (const rotation of [0, 90, 180, 270] as const) {
      const picture = MapImage.draw(small, { rotation, scale: 5, ...plain })
      const upright = rotation % 180 === 0
      assert.strictEqual(picture.width > picture.height, upright)
      const place = { x: 20130, y: 20410 }
      const back = picture.toPoint(picture.toPixel(place))
      assert.closeTo(back.x, place.x, 1e-6)
      assert.closeTo(back.y, place.y, 1e-6)
    }
    const bare = { ...small, charger: undefined, robot: undefined }
    const upright = MapImage.draw(bare, plain)
    const turned = MapImage.draw(bare, { ...plain, rotation: 90 })
    const place = { x: 20075, y: 20225 }
    assert.strictEqual(colourOf(turned, place), colourOf(upright, place))
    assert.isTrue(upright.toPixel({ x: 20000, y: 20400 }).y < upright.toPixel({ x: 20000, y: 20000 }).y)
    assert.isTrue(turned.toPixel({ x: 20000, y: 20400 }).x > turned.toPixel({ x: 20000, y: 20000 }).x)
  })

  it("says so when there is no map yet", () => {
    const image = decode(MapImage.png(mapOf(mapFile({ type: 2, extra: i32s(0, 0, 0, 0, 0), data: Buffer.alloc(0) }))))
    assert.isAbove(image.width, 100)
    assert.isAbove(new Set(image.data).size, 2)
  })

  it("rooms that rest while others are cleaned are paler", () => {
    const both = MapImage.draw({ ...small, activeRooms: [] }, plain)
    const one = MapImage.draw({ ...small, activeRooms: [17] }, plain)
    const place = (id: number) => id === 16 ? { x: 20375, y: 20075 } : { x: 20575, y: 20425 }
    assert.notStrictEqual(colourOf(both, place(16)), colourOf(one, place(16)))
  })

  it("bounds time and size, whatever the map holds", { timeout: 30_000 }, () => {
    const far = u16s(...Array.from({ length: 8 * 3000 }, (_, index) => index % 3 === 0 ? 65535 : 0))
    const zigzag = Array.from({ length: 40_000 }, (_, index) => [index % 2 * 400, index % 2 * 300] as const)
    const hostile = mapFile(
      { type: 2, extra: i32s(0, 0, 0, 1000, 1000), data: Buffer.alloc(1_000_000, 7) },
      counted(9, 3000, far),
      pathBlock(3, ...zigzag),
      poseBlock(8, 2 ** 31 - 1, -(2 ** 31), 5),
      poseBlock(1, -5, -5)
    )
    const picture = MapImage.draw(mapOf(hostile), { scale: 16, maxPixels: 2_000_000 })
    assert.isAtMost(picture.width * picture.height, 2_000_000)
  })
})

const capture = testData("roborock/maps/v1/S8_FW1286_with_obstacles.rrmap.gz")
describe.skipIf(capture === undefined)("MapImage, a real map", () => {
  it("every room has a colour of its own kind, and dock and robot are drawn", () => {
    const map = mapOf(new Uint8Array(capture ?? []))
    const picture = MapImage.draw(map, plain)
    const colours = new Set(map.rooms.map(({ centre }) => colourOf(picture, centre)))
    assert.isAtLeast(colours.size, 3)
    const { charger, robot } = map
    const without = MapImage.draw({ ...map, charger: undefined, robot: undefined }, plain)
    for (const place of [charger, robot]) {
      if (place === undefined) return assert.fail("the map has both")
      const box = difference(without, picture)
      const { x, y } = picture.toPixel(place)
      assert.isTrue(x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1)
    }
  })
})
