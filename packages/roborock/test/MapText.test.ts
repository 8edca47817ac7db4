import { MapText, RrMap } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { i32s, mapFile, smallHome } from "./mapBytes.ts"

const small = Either.getOrThrow(RrMap.parse(smallHome()))
const bare = { ...small, zones: [], noGoAreas: [], noMopAreas: [], virtualWalls: [] }
const escapes = new RegExp("\u001b\\[[0-9;]*m", "g")

describe("MapText", () => {
  it("draws walls, floor, dock and robot with plain characters", () => {
    const text = MapText.draw({ ...bare, robot: { x: 20725, y: 20325, angle: 90 } }, { colour: false, labels: false })
    const lines = text.split("\n")
    assert.deepStrictEqual([lines.length, Math.max(...lines.map((line) => line.length))], [6, 22])
    assert.strictEqual(lines[0]?.trim(), "▄".repeat(20))
    assert.strictEqual(text.match(/⌂/g)?.length, 1)
    assert.strictEqual(text.match(/↑/g)?.length, 1)
    assert.notMatch(text, escapes)
  })

  it("with colours has the same size and is reset at the end of each line", () => {
    const lines = MapText.draw(small).split("\n")
    assert.strictEqual(lines.length, 6)
    for (const line of lines) {
      assert.strictEqual(line.replace(escapes, "").length, 22)
      assert.isTrue(line.endsWith("\u001b[0m"))
    }
  })

  it("writes names, and nothing that would reach the terminal as a command", () => {
    const text = MapText.draw({ ...bare, robot: undefined }, {
      colour: false,
      roomNames: { 16: "\u001b[2JHall", 17: "Den" }
    })
    assert.include(text, "Den")
    assert.notInclude(text, "\u001b")
  })

  it("fits the line, turns with the map, and says when there is none", () => {
    const narrow = MapText.draw(small, { colour: false, columns: 11 }).split("\n")
    assert.strictEqual(Math.max(...narrow.map((line) => line.length)), 11)
    assert.isAbove(MapText.draw(small, { rotation: 90 }).split("\n").length, 6)
    const empty = Either.getOrThrow(
      RrMap.parse(mapFile({ type: 2, extra: i32s(0, 0, 0, 0, 0), data: Buffer.alloc(0) }))
    )
    assert.strictEqual(MapText.draw(empty), "No map yet")
  })
})
