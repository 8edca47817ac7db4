import type { FloorMap } from "@effect-mqtt/roborock"
import { MapImage, MapSvg, RrMap } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { testData } from "../../../vitest.testData.ts"
import { i32s, imageBlock, mapFile, smallHome } from "./mapBytes.ts"

const mapOf = (bytes: Uint8Array): RrMap.RrMap => Either.getOrThrow(RrMap.parse(bytes))
const small = mapOf(smallHome())

/** The names of the elements in order, after checking that each one is closed where it should be. */
const elementsOf = (svg: string): ReadonlyArray<string> => {
  const open: Array<string> = []
  const names: Array<string> = []
  for (
    const [, closing, name = "", , alone] of svg.matchAll(
      /<(\/?)([A-Za-z]+)((?:\s[\w-]+="[^"<>&]*(?:&[a-z#0-9]+;[^"<>&]*)*")*)(\/?)>/g
    )
  ) {
    if (closing === "/") assert.strictEqual(open.pop(), name)
    else {
      names.push(name)
      if (alone !== "/") open.push(name)
    }
  }
  assert.deepStrictEqual(open, [])
  assert.strictEqual(svg.match(/</g)?.length, svg.match(/<\/?[A-Za-z]+(?:\s|>|\/)/g)?.length)
  return names
}

describe("MapSvg", () => {
  it("is a document of the size of the picture", () => {
    const svg = MapSvg.draw(small, { scale: 3, margin: 2 })
    const { height, width } = MapImage.draw(small, { scale: 3, margin: 2 })
    assert.include(svg, `viewBox="0 0 ${width} ${height}"`)
    assert.strictEqual(elementsOf(svg)[0], "svg")
  })

  it("uses the colours of the picture", () => {
    const bare = { ...small, zones: [], obstacles: [], charger: undefined, robot: undefined, gotoTarget: undefined }
    const svg = MapSvg.draw(bare, { labels: false, path: false })
    const picture = MapImage.draw(bare, { labels: false, path: false })
    for (const place of [{ x: 20875, y: 20425 }, { x: 20325, y: 20425 }, { x: 20825, y: 20225 }]) {
      const { x, y } = picture.toPixel(place)
      const at = (Math.floor(y) * picture.width + Math.floor(x)) * 4
      const colour = Buffer.from(picture.data.subarray(at, at + 3)).toString("hex")
      assert.include(svg, `#${colour}`)
    }
  })

  it("escapes names, and leaves control characters out", () => {
    const svg = MapSvg.draw(small, { roomNames: { 16: "<script>\u0000&\"'", 17: "]]> a" } })
    assert.include(svg, "&lt;script&gt;")
    assert.include(svg, "&amp;&quot;&#39;")
    assert.notInclude(svg, "<script")
    elementsOf(svg)
  })

  it("draws what is asked for", () => {
    const paths = (options: MapImage.Options) => elementsOf(MapSvg.draw(small, options)).length
    assert.isBelow(paths({ path: false }), paths({}))
    assert.isBelow(paths({ labels: false }), paths({}))
    assert.include(MapSvg.draw(small, { background: 0xfafbfc }), "#fafbfc")
    assert.notStrictEqual(MapSvg.draw(small, { rotation: 90 }), MapSvg.draw(small))
    const empty = MapSvg.draw(mapOf(mapFile({ type: 2, extra: i32s(0, 0, 0, 0, 0), data: Buffer.alloc(0) })))
    assert.include(empty, "No map yet")
  })

  it("merges cells: a plain room is a single box", () => {
    const svg = MapSvg.draw(mapOf(mapFile(imageBlock(400, 400, ["aaaa", "aaaa", "aaaa"]))), { scale: 1, margin: 0 })
    assert.include(svg, "\"M0 0h4v3h-4z\"")
  })

  it("stays small for a map that is all edges", () => {
    const side = 1024
    const grid: FloorMap.Grid = {
      cellSize: 50,
      left: 0,
      bottom: 0,
      width: side,
      height: side,
      kinds: Uint8Array.from({ length: side * side }, (_, cell) => (cell + Math.floor(cell / side)) % 2 === 0 ? 3 : 0),
      rooms: new Uint8Array(side * side),
      carpet: undefined
    }
    assert.isBelow(MapSvg.draw({ ...small, grid, rooms: [] }).length, 8_000_000)
  })

  it("survives places that are no places", () => {
    const wild = { x: 1e300, y: -1e300 }
    const svg = MapSvg.draw({
      ...small,
      robot: { ...wild, angle: 0 },
      path: [wild, { x: 0, y: 0 }],
      virtualWalls: [{ from: wild, to: wild }]
    })
    assert.notMatch(svg, /NaN|Infinity/)
  })
})

describe.skipIf(testData("roborock/maps/INDEX.json") === undefined)("MapSvg, shared maps", () => {
  it("S6 with an active room", () => {
    const file = testData("roborock/maps/v1/S6_FW2652_with_active_segment_and_no_mop_zone.rrmap")
    const svg = MapSvg.draw(mapOf(new Uint8Array(file ?? [])))
    elementsOf(svg)
    assert.isBelow(svg.length, 400_000)
  })
})
