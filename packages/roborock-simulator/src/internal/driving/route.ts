/** What route finding needs to know of a floor plan. */
export interface Grid {
  readonly width: number
  readonly passable: Uint8Array
}

// Steps cost 5 straight and 7 diagonal (7/5 = 1.4), so that whole numbers sort the search into few buckets.
const straight = 5
const diagonal = 7
const bucketCount = diagonal + 1

/**
 * The shortest drive from `start` to the nearest passable cell that `isGoal` accepts: neighbouring cells, without
 * `start`, with the goal last; empty when `start` is a goal, `undefined` when there is no way. Diagonal steps need both
 * cells beside them to be passable, so a robot never brushes a corner.
 */
export const findRoute = (
  grid: Grid,
  start: number,
  isGoal: (cell: number) => boolean
): Array<number> | undefined => {
  const { passable, width } = grid
  const cost = new Int32Array(passable.length).fill(-1)
  const from = new Int32Array(passable.length).fill(-1)
  const done = new Uint8Array(passable.length)
  const buckets: Array<Array<number>> = Array.from({ length: bucketCount }, () => [])
  const bucketOf = (distance: number): Array<number> => buckets[distance % bucketCount] ?? []
  cost[start] = 0
  bucketOf(0).push(start)
  let waiting = 1
  for (let distance = 0; waiting > 0; distance++) {
    const bucket = bucketOf(distance)
    for (let cell = bucket.pop(); cell !== undefined; cell = bucket.pop()) {
      waiting--
      if (done[cell] === 1 || cost[cell] !== distance) continue
      done[cell] = 1
      if (isGoal(cell)) return trace(from, start, cell)
      const relax = (next: number, step: number): void => {
        if (passable[next] !== 1 || done[next] === 1) return
        const known = cost[next] ?? -1
        if (known >= 0 && known <= distance + step) return
        cost[next] = distance + step
        from[next] = cell
        bucketOf(distance + step).push(next)
        waiting++
      }
      const right = passable[cell + 1] === 1
      const leftSide = passable[cell - 1] === 1
      const up = passable[cell + width] === 1
      const down = passable[cell - width] === 1
      relax(cell + 1, straight)
      relax(cell - 1, straight)
      relax(cell + width, straight)
      relax(cell - width, straight)
      if (right && up) relax(cell + width + 1, diagonal)
      if (leftSide && up) relax(cell + width - 1, diagonal)
      if (right && down) relax(cell - width + 1, diagonal)
      if (leftSide && down) relax(cell - width - 1, diagonal)
    }
  }
  return undefined
}

const trace = (from: Int32Array, start: number, goal: number): Array<number> => {
  const route: Array<number> = []
  for (let cell = goal; cell !== start; cell = from[cell] ?? start) route.push(cell)
  return route.reverse()
}
