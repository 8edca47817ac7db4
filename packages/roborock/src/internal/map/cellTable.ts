import { CellKind } from "../../FloorMap.ts"
import type { Runs } from "./runs.ts"
import { wordOf, wordsOf } from "./runs.ts"

/** Kind and room of a cell for each byte that a device may send for it. */
export interface CellTable {
  readonly kinds: Uint8Array
  readonly rooms: Uint8Array
  /** The room again where the cell is floor, else 0. */
  readonly floors: Uint8Array
}

/** What `read` finds out about each byte, once: looking it up is faster than finding it out for every cell. */
export const makeCellTable = (read: (byte: number) => readonly [kind: number, room: number]): CellTable => {
  const cells = Array.from({ length: 256 }, (_, byte) => read(byte))
  return {
    kinds: Uint8Array.from(cells, ([kind]) => kind),
    rooms: Uint8Array.from(cells, ([, room]) => room),
    floors: Uint8Array.from(cells, ([kind, room]) => kind === CellKind.floor ? room : 0)
  }
}

/** From here on a run is written four cells at once. */
const longRun = 8

/** Kinds and rooms of the cells of an image, run by run, since cells of a run are alike. */
export const readCells = (image: Uint8Array, { count, starts }: Runs, table: CellTable) => {
  const kinds = new Uint8Array(image.length)
  const rooms = new Uint8Array(image.length)
  const kindWords = wordsOf(kinds)
  const roomWords = wordsOf(rooms)
  for (let run = 0; run < count; run++) {
    let cell = starts[run] ?? 0
    const byte = image[cell] ?? 0
    const kind = table.kinds[byte] ?? 0
    const room = table.rooms[byte] ?? 0
    // New cells are outside already.
    if (kind === 0 && room === 0) continue
    const end = starts[run + 1] ?? 0
    if (end - cell >= longRun) {
      for (; cell % 4 !== 0; cell++) {
        kinds[cell] = kind
        rooms[cell] = room
      }
      const lastWord = end >> 2
      const [fourKinds, fourRooms] = [wordOf(kind), wordOf(room)]
      for (let word = cell >> 2; word < lastWord; word++) {
        kindWords[word] = fourKinds
        roomWords[word] = fourRooms
      }
      cell = lastWord * 4
    }
    for (; cell < end; cell++) {
      kinds[cell] = kind
      rooms[cell] = room
    }
  }
  return { kinds, rooms }
}
