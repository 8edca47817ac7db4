import type { Grid } from "../../FloorMap.ts"
import { CellKind } from "../../FloorMap.ts"
import type { Runs } from "./runs.ts"
import { findRuns, wordOf, wordsOf } from "./runs.ts"

/** Runs of floor of one room, each within a row, in the order of the grid. */
export interface FloorRuns {
  readonly count: number
  readonly rooms: Uint8Array
  readonly rows: Int32Array
  readonly starts: Int32Array
  /** Behind the last cell. */
  readonly ends: Int32Array
}

/** Those among the runs of an image; `roomOf` has for each byte the room that it is floor of, or 0. */
export const readFloorRuns = (image: Uint8Array, width: number, runs: Runs, roomOf: Uint8Array): FloorRuns => {
  // The end of a row cuts a run in two.
  const most = runs.count + Math.ceil(image.length / width)
  const rooms = new Uint8Array(most)
  const [rows, starts, ends] = [new Int32Array(most), new Int32Array(most), new Int32Array(most)]
  let count = 0
  let row = 0
  let rowEnd = width
  for (let run = 0; run < runs.count; run++) {
    let start = runs.starts[run] ?? 0
    const room = roomOf[image[start] ?? 0] ?? 0
    if (room === 0) continue
    const end = runs.starts[run + 1] ?? 0
    while (start < end) {
      for (; rowEnd <= start; rowEnd += width) row++
      rooms[count] = room
      rows[count] = row
      starts[count] = start
      start = Math.min(end, rowEnd)
      ends[count] = start
      count++
    }
  }
  return { count, rooms, rows, starts, ends }
}

/** Every byte is its room. */
const roomItself = Uint8Array.from({ length: 256 }, (_, room) => room)

/**
 * Those of a grid whose rooms were drawn over its cells. Four cells at once: the two bits of floor, which no other kind
 * has both, become a mask of the whole byte of the room.
 */
export const findFloorRuns = ({ kinds, rooms, width }: Grid): FloorRuns => {
  const floors = rooms.slice()
  const [words, kindWords] = [wordsOf(floors), wordsOf(kinds)]
  const wordCount = words.length
  for (let index = 0; index < wordCount; index++) {
    const fourRooms = words[index] ?? 0
    if (fourRooms === 0) continue
    const fourKinds = kindWords[index] ?? 0
    const floor = fourKinds & fourKinds >>> 1 & wordOf(1)
    words[index] = fourRooms & (floor << 8) - floor
  }
  for (let cell = wordCount * 4; cell < floors.length; cell++) if (kinds[cell] !== CellKind.floor) floors[cell] = 0
  return readFloorRuns(floors, width, findRuns(floors), roomItself)
}
