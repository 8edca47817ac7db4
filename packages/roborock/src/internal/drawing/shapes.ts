import type { Shape } from "./canvas.ts"

/** A place in the picture, in pixels, y down. */
export interface Pixel {
  readonly x: number
  readonly y: number
}

export const circle = (centre: Pixel, radius: number): Shape => ({
  x0: centre.x - radius,
  y0: centre.y - radius,
  x1: centre.x + radius,
  y1: centre.y + radius,
  distance: (x, y) => Math.hypot(x - centre.x, y - centre.y) - radius
})

export const roundedBox = (x0: number, y0: number, x1: number, y1: number, radius: number): Shape => {
  const halfWidth = (x1 - x0) / 2 - radius
  const halfHeight = (y1 - y0) / 2 - radius
  return {
    x0,
    y0,
    x1,
    y1,
    distance: (x, y) => {
      const dx = Math.abs(x - (x0 + x1) / 2) - halfWidth
      const dy = Math.abs(y - (y0 + y1) / 2) - halfHeight
      return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius
    }
  }
}

const segmentDistance = (x: number, y: number, a: Pixel, b: Pixel): number => {
  const dx = b.x - a.x
  const dy = b.y - a.y
  const square = dx * dx + dy * dy
  const t = square === 0 ? 0 : Math.min(Math.max(((x - a.x) * dx + (y - a.y) * dy) / square, 0), 1)
  return Math.hypot(x - a.x - t * dx, y - a.y - t * dy)
}

export const polygon = (corners: ReadonlyArray<Pixel>): Shape => {
  const sides = corners.map((a, index) => [a, corners[(index + 1) % corners.length] ?? a] as const)
  return {
    x0: Math.min(...corners.map((corner) => corner.x)),
    y0: Math.min(...corners.map((corner) => corner.y)),
    x1: Math.max(...corners.map((corner) => corner.x)),
    y1: Math.max(...corners.map((corner) => corner.y)),
    distance: (x, y) => {
      let nearest = Infinity
      let inside = false
      for (const [a, b] of sides) {
        nearest = Math.min(nearest, segmentDistance(x, y, a, b))
        if (a.y > y !== b.y > y && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) inside = !inside
      }
      return inside ? -nearest : nearest
    }
  }
}

export const line = (a: Pixel, b: Pixel, width: number): Shape => ({
  x0: Math.min(a.x, b.x) - width / 2,
  y0: Math.min(a.y, b.y) - width / 2,
  x1: Math.max(a.x, b.x) + width / 2,
  y1: Math.max(a.y, b.y) + width / 2,
  distance: (x, y) => segmentDistance(x, y, a, b) - width / 2
})

/** The edge of a shape as a line of some width. */
export const outline = (shape: Shape, width: number): Shape => ({
  x0: shape.x0 - width / 2,
  y0: shape.y0 - width / 2,
  x1: shape.x1 + width / 2,
  y1: shape.y1 + width / 2,
  distance: (x, y) => Math.abs(shape.distance(x, y)) - width / 2
})
