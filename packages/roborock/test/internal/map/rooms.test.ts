import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import type { Grid } from "../../../src/FloorMap.ts"
import { cellAt, CellKind } from "../../../src/FloorMap.ts"
import { makeCellTable, readCells } from "../../../src/internal/map/cellTable.ts"
import { readFloorRuns } from "../../../src/internal/map/floorRuns.ts"
import { findRooms } from "../../../src/internal/map/rooms.ts"
import { findRuns } from "../../../src/internal/map/runs.ts"

/** Bytes in stretches of every length, that begin at any address, also in a `Buffer`, whose `slice` is no copy. */
const image = fc.tuple(
  fc.array(fc.tuple(fc.constantFrom(0, 1, 7, 127, 128, 135, 136, 255), fc.integer({ min: 1, max: 40 })), {
    minLength: 1,
    maxLength: 30
  }),
  fc.integer({ min: 0, max: 7 }),
  fc.boolean()
).map(([stretches, offset, isBuffer]) => {
  const bytes = stretches.flatMap(([byte, length]) => Array.from({ length }, () => byte))
  const buffer = new Uint8Array(offset + bytes.length)
  buffer.set(bytes, offset)
  return isBuffer ? Buffer.from(buffer.buffer, offset) : buffer.subarray(offset)
})

/** The room in the high five bits; floor where the rest is 7. */
const kindAndRoom = (byte: number): readonly [number, number] =>
  byte === 0
    ? [CellKind.outside, 0]
    : [(byte & 7) === 7 ? CellKind.floor : (byte & 7) === 1 ? CellKind.wall : CellKind.border, byte >> 3]
const table = makeCellTable(kindAndRoom)

const gridOf = (cells: Uint8Array, width: number): Grid => {
  const height = Math.floor(cells.length / width)
  const whole = cells.subarray(0, width * height)
  return {
    cellSize: 50,
    left: 3,
    bottom: -2,
    width,
    height,
    ...readCells(whole, findRuns(whole), table),
    carpet: undefined
  }
}

/** Cell by cell: how many each room has, its outermost ones, and those of its largest part. */
const slowRooms = ({ kinds, rooms, width }: Grid) => {
  const parts = new Map<number, Array<Array<number>>>()
  const seen = new Set<number>()
  for (let first = 0; first < kinds.length; first++) {
    const room = rooms[first] ?? 0
    const belongs = (cell: number) => kinds[cell] === CellKind.floor && rooms[cell] === room && !seen.has(cell)
    if (room === 0 || !belongs(first)) continue
    seen.add(first)
    const part = [first]
    for (let index = 0; index < part.length; index++) {
      const cell = part[index] ?? 0
      const beside = [cell - width, cell + width]
      if (cell % width > 0) beside.push(cell - 1)
      if (cell % width < width - 1) beside.push(cell + 1)
      for (const next of beside.filter(belongs)) {
        seen.add(next)
        part.push(next)
      }
    }
    parts.set(room, [...parts.get(room) ?? [], part])
  }
  return [...parts].sort(([a], [b]) => a - b).map(([id, all]) => {
    const cells = all.flat()
    const columns = cells.map((cell) => cell % width)
    const rows = cells.map((cell) => Math.floor(cell / width))
    const most = Math.max(...all.map((part) => part.length))
    return {
      id,
      cells: cells.length,
      box: [Math.min(...columns), Math.min(...rows), Math.max(...columns), Math.max(...rows)],
      largest: new Set(all.filter((part) => part.length === most).flat())
    }
  })
}

describe("runs of a map", () => {
  it("are what the bytes are made of", () => {
    fc.assert(fc.property(image, (bytes) => {
      const { count, starts } = findRuns(bytes)
      const again = Array.from({ length: count }, (_, run) => bytes.slice(starts[run], starts[run + 1]))
      assert.deepStrictEqual(again.flatMap((run) => [...run]), [...bytes])
      again.forEach((run, index) => {
        assert.strictEqual(new Set(run).size, 1)
        if (index > 0) assert.notStrictEqual(run[0], again[index - 1]?.[0])
      })
    }))
  })

  it("are as many as a noisy image needs", () => {
    const bytes = Uint8Array.from({ length: 20_001 }, (_, index) => index % 2)
    assert.strictEqual(findRuns(bytes).count, bytes.length)
  })

  it("become the cells that each byte by itself stands for", () => {
    fc.assert(fc.property(image, (bytes) => {
      const { kinds, rooms } = readCells(bytes, findRuns(bytes), table)
      assert.deepStrictEqual(
        Array.from(kinds, (kind, cell) => [kind, rooms[cell] ?? -1] as const),
        Array.from(bytes, kindAndRoom)
      )
    }))
  })
})

describe("findRooms", () => {
  it("finds what looking at every cell finds, with and without the runs of the image", () => {
    fc.assert(fc.property(image, fc.integer({ min: 1, max: 30 }), (bytes, width) => {
      const grid = gridOf(bytes, width)
      const cells = bytes.subarray(0, grid.kinds.length)
      const found = findRooms(grid)
      assert.deepStrictEqual(findRooms(grid, readFloorRuns(cells, width, findRuns(cells), table.floors)), found)
      const expected = slowRooms(grid)
      assert.deepStrictEqual(found.map(({ id, cells }) => [id, cells]), expected.map(({ id, cells }) => [id, cells]))
      found.forEach(({ box: { x0, x1, y0, y1 }, centre }, index) => {
        assert.deepStrictEqual([x0 / 50 - 3, y0 / 50 + 2, x1 / 50 - 3, y1 / 50 + 2], expected[index]?.box)
        assert.isTrue(expected[index]?.largest.has(cellAt(grid, centre) ?? -1))
      })
    }))
  })
})
