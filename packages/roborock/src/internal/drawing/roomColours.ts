import type { Grid, Room } from "../../FloorMap.ts"
import { CellKind } from "../../FloorMap.ts"

/** Rooms divided by a wall thinner than the robot (300 mm) look like neighbours. */
const reach = 6

/** Which rooms lie beside each other, or with nothing but a wall between. */
const neighbours = (grid: Grid): ReadonlyMap<number, ReadonlySet<number>> => {
  const { height, kinds, rooms, width } = grid
  const result = new Map<number, Set<number>>()
  const join = (a: number, b: number) => {
    const set = result.get(a) ?? new Set()
    result.set(a, set.add(b))
  }
  const look = (cell: number, step: number, limit: number) => {
    const room = rooms[cell] ?? 0
    for (let distance = 1; distance <= Math.min(reach, limit); distance++) {
      const other = cell + distance * step
      const kind = kinds[other]
      if (kind === CellKind.outside) return
      if (kind === CellKind.floor) {
        const otherRoom = rooms[other] ?? 0
        if (otherRoom !== 0 && otherRoom !== room) {
          join(room, otherRoom)
          join(otherRoom, room)
        }
        return
      }
    }
  }
  for (let cell = 0; cell < kinds.length; cell++) {
    if (kinds[cell] !== CellKind.floor || rooms[cell] === 0) continue
    const column = cell % width
    look(cell, 1, width - 1 - column)
    look(cell, width, height - 1 - Math.floor(cell / width))
  }
  return result
}

/** What a plan of rooms needs, and what makes neighbours easy to tell apart. */
const preferredColours = 4

/**
 * A colour number from 0 for each room, different for neighbours. The largest room first, then those with the most
 * neighbours; ties go by id, so that colours stay from one upload to the next.
 */
export const colourRooms = (grid: Grid, rooms: ReadonlyArray<Room>): ReadonlyMap<number, number> => {
  const beside = neighbours(grid)
  const degree = (room: Room) => beside.get(room.id)?.size ?? 0
  const largest = rooms.reduce<Room | undefined>(
    (best, room) => best === undefined || room.cells > best.cells ? room : best,
    undefined
  )
  const order = [...rooms].sort((a, b) => a === largest ? -1 : b === largest ? 1 : degree(b) - degree(a) || a.id - b.id)
  const assign = (choose: (free: ReadonlyArray<number>, uses: ReadonlyMap<number, number>) => number | undefined) => {
    const colours = new Map<number, number>()
    const uses = new Map<number, number>()
    for (const { id } of order) {
      const taken = new Set(Array.from(beside.get(id) ?? [], (other) => colours.get(other)))
      const free = Array.from({ length: preferredColours + taken.size }, (_, colour) => colour)
        .filter((colour) => !taken.has(colour))
      const colour = choose(free, uses) ?? 0
      colours.set(id, colour)
      uses.set(colour, (uses.get(colour) ?? 0) + 1)
    }
    return colours
  }
  // Equal use of the four colours looks best; taking the first free one needs the fewest colours.
  const even = assign((free, uses) =>
    free.filter((colour, index) => index === 0 || colour < preferredColours)
      .reduce((best, colour) => (uses.get(colour) ?? 0) < (uses.get(best) ?? 0) ? colour : best)
  )
  const fits = Array.from(even.values()).every((colour) => colour < preferredColours)
  return fits ? even : assign(([first]) => first)
}
