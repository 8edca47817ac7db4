import type { Mask } from "./canvas.ts"
import { addLine } from "./canvas.ts"
import type { Pixel } from "./shapes.ts"
import { type Glyph, glyphs, marks, spelled, unknownGlyph } from "./strokeFont.ts"

/** Height of capitals in font units. */
export const capHeight = 7

/** Width of the pen in font units. */
const penWidth = 1.05

const letterSpace = 1.75
const splineSteps = 6

interface Placed {
  readonly strokes: string
  readonly x: number
  readonly y: number
}

interface Line {
  readonly placed: ReadonlyArray<Placed>
  readonly width: number
}

const glyphOf = (character: string): Glyph =>
  Object.hasOwn(glyphs, character) ? glyphs[character] ?? unknownGlyph : unknownGlyph

const layOut = (text: string): Line => {
  const placed: Array<Placed> = []
  let x = 0
  let middle = 0
  let top = capHeight
  const spelledOut = Array.from(text, (character) => spelled[character] ?? character).join("")
  for (const character of spelledOut.normalize("NFD")) {
    if (/\p{M}/u.test(character)) {
      const strokes = marks[character]
      if (strokes !== undefined) placed.push({ strokes, x: middle, y: top - 0.2 })
      continue
    }
    const [width, strokes] = glyphOf(character)
    const low = character >= "a" && character <= "z" && !"bdfhklt".includes(character)
    placed.push({ strokes, x, y: 0 })
    middle = x + width / 2
    top = low ? 5 : capHeight
    x += width + letterSpace
  }
  return { placed, width: Math.max(0, x - letterSpace) }
}

/** Width of a line of text in font units. */
export const textWidth = (text: string): number => layOut(text).width

const readStroke = (stroke: string): ReadonlyArray<Pixel> => {
  const smooth = stroke.startsWith("~")
  const points = (smooth ? stroke.slice(1) : stroke).split(" ").map((pair) => {
    const [x = 0, y = 0] = pair.split(",").map(Number)
    return { x, y }
  })
  if (!smooth) return points
  const between = (a: Pixel, b: Pixel): Pixel => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 })
  const result: Array<Pixel> = points.slice(0, 1)
  for (let index = 1; index < points.length - 1; index++) {
    const before = points[index - 1]
    const control = points[index]
    const after = points[index + 1]
    if (before === undefined || control === undefined || after === undefined) continue
    const start = index === 1 ? before : between(before, control)
    const end = index === points.length - 2 ? after : between(control, after)
    for (let step = 1; step <= splineSteps; step++) {
      const t = step / splineSteps
      const mix = (a: number, b: number, c: number) => a * (1 - t) ** 2 + 2 * b * t * (1 - t) + c * t * t
      result.push({ x: mix(start.x, control.x, end.x), y: mix(start.y, control.y, end.y) })
    }
  }
  return result
}

/** Adds a line of text to a mask; `left` and `baseline` in pixels, `unit` pixels for each font unit. */
export const addText = (mask: Mask, text: string, left: number, baseline: number, unit: number, bold = 1): void => {
  const radius = penWidth * bold * unit / 2
  for (const { strokes, x, y } of layOut(text).placed) {
    if (strokes === "") continue
    for (const stroke of strokes.split(";")) {
      let last: Pixel | undefined
      for (const point of readStroke(stroke)) {
        const pixel = { x: left + (x + point.x) * unit, y: baseline - (y + point.y) * unit }
        if (last !== undefined) addLine(mask, last.x, last.y, pixel.x, pixel.y, radius)
        last = pixel
      }
    }
  }
}
