import { FloorMap } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import { floorArea, outlines, solidArea, wallArea } from "../../../src/internal/serve/outline.ts"

const { CellKind } = FloorMap

/** A grid from text, the top line topmost: `#` wall, `.` floor of no room, a digit is floor of that room. */
const gridOf = (lines: ReadonlyArray<string>): FloorMap.Grid => {
  const cells = [...lines].reverse().join("")
  const kindOf = (char: string) => char === " " ? CellKind.outside : char === "#" ? CellKind.wall : CellKind.floor
  return {
    cellSize: 50,
    left: 100,
    bottom: 200,
    width: lines[0]?.length ?? 0,
    height: lines.length,
    kinds: Uint8Array.from(cells, kindOf),
    rooms: Uint8Array.from(cells, (char) => /\d/.test(char) ? Number(char) : 0),
    carpet: undefined
  }
}

/** Corners of the closed lines of an outline, in cells of the grid, y up. */
const linesOf = (outline: string): ReadonlyArray<ReadonlyArray<readonly [number, number]>> =>
  outline.split("z").filter((part) => part !== "").map((part) => {
    const corners: Array<readonly [number, number]> = []
    let [x, y] = [0, 0]
    for (const [, step = "", first = "", second = "0"] of part.matchAll(/([Mhv])(-?\d+)(?: (-?\d+))?/g)) {
      if (step === "M") [x, y] = [Number(first), Number(second)]
      if (step === "h") x += Number(first)
      if (step === "v") y += Number(first)
      corners.push([x / 50 - 100, -y / 50 - 200])
    }
    return corners
  })

/** Whether the middle of a cell is inside, by the even-odd rule. */
const covers = (outline: string, column: number, row: number): boolean => {
  let crossings = 0
  for (const line of linesOf(outline)) {
    line.forEach(([x, y], index) => {
      const [nextX, nextY] = line[(index + 1) % line.length] ?? [x, y]
      if (x === nextX && x > column + 0.5 && (y > row + 0.5) !== (nextY > row + 0.5)) crossings++
    })
  }
  return crossings % 2 === 1
}

describe("outlines", () => {
  it("go around a room in millimetres with y down, corner by corner", () => {
    assert.deepStrictEqual(Object.fromEntries(outlines(gridOf(["11", "1 "]))), {
      1: "M5000 -10000h50v-50h50v-50h-100v100z"
    })
  })

  it("have holes, and tell rooms, walls, what is solid, and other floor apart", () => {
    const found = outlines(gridOf(["2222222", "2####22", "2####22", "2####22", "222222."]))
    assert.deepStrictEqual([...found.keys()].sort(), [2, floorArea, wallArea, solidArea].sort())
    assert.lengthOf(linesOf(found.get(2) ?? ""), 2)
    assert.isTrue(covers(found.get(solidArea) ?? "", 2, 2))
    assert.isFalse(covers(found.get(wallArea) ?? "", 2, 2))
    assert.isTrue(covers(found.get(wallArea) ?? "", 1, 2))
  })

  it("take nothing at the edge of a map for solid", () => {
    assert.deepStrictEqual([...outlines(gridOf(["###", "###"])).keys()], [wallArea])
  })

  it.effect("cover exactly the cells of their area, whatever its shape", () =>
    Effect.sync(() =>
      FastCheck.assert(FastCheck.property(
        FastCheck.array(FastCheck.stringMatching(/^[ 12.#]{7}$/), { minLength: 1, maxLength: 7 }),
        (lines) => {
          const grid = gridOf(lines)
          const found = outlines(grid)
          for (const room of [1, 2]) {
            grid.rooms.forEach((id, cell) =>
              assert.strictEqual(covers(found.get(room) ?? "", cell % 7, Math.floor(cell / 7)), id === room)
            )
          }
        }
      ))
    ))
})
