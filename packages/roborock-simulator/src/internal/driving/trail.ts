export interface Point {
  readonly x: number
  readonly y: number
}

/** The way a robot has come, thinned to what a map needs: turns, and a point at least each 400 mm on straight lines. */
export interface Trail {
  readonly add: (x: number, y: number) => void
  readonly clear: () => void
  readonly points: ReadonlyArray<Point>
}

// Readers of maps take neighbours further apart than 500 mm for a gap in the path.
const longestStretch = 400

/** A trail of at most `limit` points; when it is full, the oldest eighth goes. */
export const makeTrail = (limit: number): Trail => {
  let points: Array<Point> = []
  const isOnTheLine = (a: Point, b: Point, x: number, y: number): boolean =>
    (b.x - a.x) * (y - b.y) === (b.y - a.y) * (x - b.x) && (b.x - a.x) * (x - b.x) + (b.y - a.y) * (y - b.y) > 0 &&
    Math.hypot(x - a.x, y - a.y) <= longestStretch
  return {
    get points() {
      return points
    },
    clear: () => {
      points = []
    },
    add: (x, y) => {
      const last = points[points.length - 1]
      if (last !== undefined && last.x === x && last.y === y) return
      const before = points[points.length - 2]
      if (last !== undefined && before !== undefined && isOnTheLine(before, last, x, y)) points.pop()
      points.push({ x, y })
      if (points.length > limit) points.splice(0, Math.ceil(limit / 8))
    }
  }
}
