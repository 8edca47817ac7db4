import type { Point } from "../../FloorMap.ts"
import type { Canvas, Mask } from "./canvas.ts"
import { fill, layOver } from "./canvas.ts"
import { inkColour, paperColour } from "./palette.ts"
import type { Projection } from "./projection.ts"
import { toPixel } from "./projection.ts"
import { roundedBox } from "./shapes.ts"
import { addText, capHeight, textWidth } from "./text.ts"

interface Label {
  readonly text: string
  readonly at: Point
  /** How wide its room is, in millimetres: longer names break into two lines. */
  readonly room: number
}

interface Rectangle {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

const maxCharacters = 28
const lineHeight = 12

/** Names come from people and from the network: one line, without control characters, and not endless. */
const tidied = (text: string): string => {
  const characters = Array.from(text.slice(0, 200).replace(/[\p{C}\s]+/gu, " ").trim())
  return characters.length > maxCharacters
    ? characters.slice(0, maxCharacters - 1).join("").trimEnd() + "..."
    : characters.join("")
}

/** Breaks a name at the space nearest to its middle. */
const broken = (text: string): ReadonlyArray<string> => {
  const spaces = Array.from(text.matchAll(/ /g), (match) => match.index)
  const middle = text.length / 2
  const [best] = spaces.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))
  return best === undefined ? [text] : [text.slice(0, best), text.slice(best + 1)]
}

const overlaps = (a: Rectangle, b: Rectangle): boolean => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1

/** Where a label may move when its place is taken: up and down by its own height first. */
const moves: ReadonlyArray<readonly [number, number]> = [
  [0, 0],
  [0, -0.6],
  [0, 0.6],
  [0, -1.2],
  [0, 1.2],
  [-0.6, 0],
  [0.6, 0],
  [-0.6, -1],
  [0.6, -1],
  [-0.6, 1],
  [0.6, 1],
  [0, -2],
  [0, 2]
]

const within = (low: number, value: number, high: number): number => Math.max(low, Math.min(value, high))

/** A name where it is drawn: a light plate and one or two lines on it, `unit` pixels for each unit of the font. */
export interface PlacedLabel {
  readonly plate: Rectangle
  readonly radius: number
  readonly unit: number
  readonly lines: ReadonlyArray<{
    readonly text: string
    readonly left: number
    readonly baseline: number
    readonly width: number
  }>
}

export const plateAlpha = 0.84

/**
 * Finds places for room names, in the order given: the first ones get the best. `taken` are symbols that no label should
 * hide.
 */
export const placeLabels = (
  picture: { readonly width: number; readonly height: number },
  projection: Projection,
  labels: ReadonlyArray<Label>,
  taken: ReadonlyArray<Rectangle>
): ReadonlyArray<PlacedLabel> => {
  const unit = Math.max(1.2, 0.85 + projection.scale * 0.165)
  const occupied = [...taken]
  const result: Array<PlacedLabel> = []
  for (const { at, room, text } of labels) {
    const name = tidied(text)
    if (name === "") continue
    const roomWidth = room / projection.cellSize * projection.scale
    const lines = textWidth(name) * unit > roomWidth * 0.9 ? broken(name) : [name]
    const width = (Math.max(...lines.map(textWidth)) + 7) * unit
    const height = (capHeight + 6 + (lines.length - 1) * lineHeight) * unit
    const wanted = toPixel(projection, at)
    const plateAt = ([dx, dy]: readonly [number, number]): Rectangle => {
      const x0 = within(0, wanted.x + dx * width - width / 2, picture.width - width)
      const y0 = within(0, wanted.y + dy * height - height / 2, picture.height - height)
      return { x0, y0, x1: x0 + width, y1: y0 + height }
    }
    const places = moves.map(plateAt)
    const plate = places.find((place) => !occupied.some((other) => overlaps(place, other))) ?? plateAt([0, 0])
    occupied.push(plate)
    result.push({
      plate,
      radius: Math.min(height / 2, 5.5 * unit),
      unit,
      lines: lines.map((line, index) => ({
        text: line,
        left: (plate.x0 + plate.x1 - textWidth(line) * unit) / 2,
        baseline: plate.y0 + (3 + capHeight + index * lineHeight) * unit,
        width: textWidth(line) * unit
      }))
    })
  }
  return result
}

export const drawLabels = (canvas: Canvas, mask: Mask, labels: ReadonlyArray<PlacedLabel>): void => {
  for (const { lines, plate, radius, unit } of labels) {
    fill(canvas, roundedBox(plate.x0, plate.y0, plate.x1, plate.y1, radius), paperColour, plateAlpha)
    for (const { baseline, left, text } of lines) addText(mask, text, left, baseline, unit, 1.18)
    layOver(canvas, mask, inkColour, 1)
  }
}
