import type { Point, Quad } from "../../FloorMap.ts"

/** An area of four corners as it is, one of more or fewer as the box around it; nothing below three. */
export const quadsOf = (corners: ReadonlyArray<Point>): ReadonlyArray<Quad> => {
  const [a, b, c, d] = corners
  if (a === undefined || b === undefined || c === undefined) return []
  if (d !== undefined && corners.length === 4) return [[a, b, c, d]]
  const xs = corners.map((corner) => corner.x)
  const ys = corners.map((corner) => corner.y)
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  return [[{ x: x0, y: y0 }, { x: x1, y: y0 }, { x: x1, y: y1 }, { x: x0, y: y1 }]]
}

export const middleOf = (area: Quad): Point => ({
  x: area.reduce((sum, { x }) => sum + x, 0) / area.length,
  y: area.reduce((sum, { y }) => sum + y, 0) / area.length
})
