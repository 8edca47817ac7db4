/** Colours are 0xRRGGBB. */
export type Colour = number

/** RGBA pixels, row by row from the top, alpha not premultiplied. */
export interface Canvas {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

export const makeCanvas = (width: number, height: number): Canvas => ({
  width,
  height,
  data: new Uint8Array(width * height * 4)
})

/** Lays a colour over one pixel. `index` is the pixel's number. */
export const blend = (canvas: Canvas, index: number, colour: Colour, alpha: number): void => {
  const { data } = canvas
  const at = index * 4
  if (alpha >= 1) {
    data[at] = colour >> 16
    data[at + 1] = colour >> 8
    data[at + 2] = colour
    data[at + 3] = 255
    return
  }
  const below = (data[at + 3] ?? 0) / 255 * (1 - alpha)
  const total = alpha + below
  if (total <= 0) return
  const top = alpha / total
  const bottom = below / total
  data[at] = Math.round((colour >> 16 & 0xff) * top + (data[at] ?? 0) * bottom)
  data[at + 1] = Math.round((colour >> 8 & 0xff) * top + (data[at + 1] ?? 0) * bottom)
  data[at + 2] = Math.round((colour & 0xff) * top + (data[at + 2] ?? 0) * bottom)
  data[at + 3] = Math.round(total * 255)
}

export const mixColours = (a: Colour, b: Colour, share: number): Colour => {
  const channel = (shift: number) =>
    Math.round((a >> shift & 0xff) * (1 - share) + (b >> shift & 0xff) * share) << shift
  return channel(16) | channel(8) | channel(0)
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

/** Signed distance in pixels from the edge of a shape, negative inside, and the box outside of which it is positive. */
export interface Shape {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
  readonly distance: (x: number, y: number) => number
}

/** Fills a shape with smooth edges. */
export const fill = (canvas: Canvas, shape: Shape, colour: Colour, alpha = 1): void => {
  const x0 = clamp(Math.floor(shape.x0 - 1), 0, canvas.width)
  const x1 = clamp(Math.ceil(shape.x1 + 1), 0, canvas.width)
  const y0 = clamp(Math.floor(shape.y0 - 1), 0, canvas.height)
  const y1 = clamp(Math.ceil(shape.y1 + 1), 0, canvas.height)
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const coverage = clamp(0.5 - shape.distance(x + 0.5, y + 0.5), 0, 1)
      if (coverage > 0) blend(canvas, y * canvas.width + x, colour, alpha * coverage)
    }
  }
}

/**
 * Fills the inside of a polygon row by row, with hard edges: for areas that get an outline. Stops after `maxPixels` and
 * returns how many pixels it filled.
 */
export const fillPolygon = (
  canvas: Canvas,
  corners: ReadonlyArray<{ readonly x: number; readonly y: number }>,
  colour: Colour,
  alpha: number,
  maxPixels: number
): number => {
  const ys = corners.map((corner) => corner.y)
  const end = clamp(Math.ceil(Math.max(...ys)), 0, canvas.height)
  let filled = 0
  for (let row = clamp(Math.floor(Math.min(...ys)), 0, canvas.height); row < end; row++) {
    const y = row + 0.5
    const crossings: Array<number> = []
    corners.forEach((a, index) => {
      const b = corners[(index + 1) % corners.length] ?? a
      if (a.y > y !== b.y > y) crossings.push(a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y))
    })
    crossings.sort((a, b) => a - b)
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      const x0 = clamp(Math.round(crossings[index] ?? 0), 0, canvas.width)
      const x1 = clamp(Math.round(crossings[index + 1] ?? 0), 0, canvas.width)
      if (filled + x1 - x0 > maxPixels) return filled
      for (let x = x0; x < x1; x++) blend(canvas, row * canvas.width + x, colour, alpha)
      filled += x1 - x0
    }
  }
  return filled
}

/**
 * Coverage gathered from many strokes and laid over the canvas at once, so that strokes that overlap do not add up.
 */
export interface Mask {
  readonly width: number
  readonly height: number
  readonly coverage: Uint8Array
  x0: number
  y0: number
  x1: number
  y1: number
}

const nothing = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity }

export const makeMask = ({ height, width }: Canvas): Mask => ({
  width,
  height,
  coverage: new Uint8Array(width * height),
  ...nothing
})

/** Adds a line with round ends. Only the pixels near the line are looked at, however long and slanted it is. */
export const addLine = (mask: Mask, ax: number, ay: number, bx: number, by: number, radius: number): void => {
  const [x0, y0, x1, y1] = ay <= by ? [ax, ay, bx, by] : [bx, by, ax, ay]
  const reach = radius + 1
  const dx = x1 - x0
  const dy = y1 - y0
  const square = dx * dx + dy * dy
  const top = clamp(Math.floor(y0 - reach), 0, mask.height)
  const end = clamp(Math.ceil(y1 + reach), 0, mask.height)
  for (let row = top; row < end; row++) {
    const y = row + 0.5
    const from = dy === 0 ? 0 : clamp((y - reach - y0) / dy, 0, 1)
    const to = dy === 0 ? 1 : clamp((y + reach - y0) / dy, 0, 1)
    const left = clamp(Math.floor(Math.min(x0 + from * dx, x0 + to * dx) - reach), 0, mask.width)
    const right = clamp(Math.ceil(Math.max(x0 + from * dx, x0 + to * dx) + reach), 0, mask.width)
    if (left >= right) continue
    for (let column = left; column < right; column++) {
      const x = column + 0.5
      const t = square === 0 ? 0 : clamp(((x - x0) * dx + (y - y0) * dy) / square, 0, 1)
      const distance = Math.hypot(x - x0 - t * dx, y - y0 - t * dy) - radius
      const coverage = Math.round(clamp(0.5 - distance, 0, 1) * 255)
      const index = row * mask.width + column
      if (coverage > (mask.coverage[index] ?? 0)) mask.coverage[index] = coverage
    }
    mask.x0 = Math.min(mask.x0, left)
    mask.x1 = Math.max(mask.x1, right)
    mask.y0 = Math.min(mask.y0, row)
    mask.y1 = Math.max(mask.y1, row + 1)
  }
}

/** Lays what the mask holds over the canvas, where `clip` allows it, and empties the mask. */
export const layOver = (
  canvas: Canvas,
  mask: Mask,
  colour: Colour,
  alpha: number,
  clip?: (index: number) => boolean
): void => {
  for (let y = mask.y0; y < mask.y1; y++) {
    for (let index = y * mask.width + mask.x0; index < y * mask.width + mask.x1; index++) {
      const coverage = mask.coverage[index] ?? 0
      if (coverage === 0) continue
      mask.coverage[index] = 0
      if (clip === undefined || clip(index)) blend(canvas, index, colour, alpha * coverage / 255)
    }
  }
  Object.assign(mask, nothing)
}
