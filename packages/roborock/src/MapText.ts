/**
 * Draws a floor map with characters, for terminals and logs: a coarse version of the picture of `MapImage`, with two of
 * its cells in each character.
 *
 * @since 0.1.0
 */
import type { FloorMap, Point } from "./FloorMap.ts"
import { CellKind } from "./FloorMap.ts"
import { nameOf } from "./internal/drawing/layout.ts"
import { wallColour } from "./internal/drawing/palette.ts"
import * as MapImage from "./MapImage.ts"

/**
 * How to draw.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends Pick<MapImage.Options, "labels" | "path" | "roomNames" | "rotation"> {
  /** Characters per line, 10 to 400; a wide, low map takes fewer lines. @default 80 */
  readonly columns?: number | undefined
  /** Colours, for terminals with 24-bit colour. Without them, walls are blocks and floor is dotted. @default true */
  readonly colour?: boolean | undefined
}

type Colour = number | undefined

/** The colour of a box of pixels; a wall that crosses it wins, or walls would vanish. */
const sample = (
  picture: MapImage.Picture,
  x0: number,
  y0: number,
  size: number,
  isWall: (at: Point) => boolean
): Colour => {
  const sum = [0, 0, 0]
  let [seen, walls, all] = [0, 0, 0]
  const x1 = Math.min(picture.width, Math.max(x0 + 1, Math.floor(x0 + size)))
  const y1 = Math.min(picture.height, Math.max(y0 + 1, Math.floor(y0 + size)))
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      all++
      const at = (y * picture.width + x) * 4
      if ((picture.data[at + 3] ?? 0) < 128) continue
      if (isWall(picture.toPoint({ x: x + 0.5, y: y + 0.5 }))) walls++
      seen++
      sum.forEach((value, channel) => sum[channel] = value + (picture.data[at + channel] ?? 0))
    }
  }
  if (walls * 4 >= all && walls > 0) return wallColour
  if (seen * 2 < all || seen === 0) return undefined
  const [red = 0, green = 0, blue = 0] = sum.map((value) => Math.round(value / seen))
  return red << 16 | green << 8 | blue
}

const rgb = (colour: number): string => `${colour >> 16};${colour >> 8 & 0xff};${colour & 0xff}`

const coloured = (above: Colour, below: Colour): string => {
  if (above === undefined) return below === undefined ? "\u001b[0m " : `\u001b[0;38;2;${rgb(below)}m▄`
  return below === undefined ? `\u001b[0;38;2;${rgb(above)}m▀` : `\u001b[38;2;${rgb(above)};48;2;${rgb(below)}m▀`
}

const plain = (above: Colour, below: Colour): string => {
  if (above === wallColour) return below === wallColour ? "█" : "▀"
  if (below === wallColour) return "▄"
  return above === undefined && below === undefined ? " " : "·"
}

const arrows = ["→", "↗", "↑", "↖", "←", "↙", "↓", "↘"]

/**
 * Draws a map as lines of text. `⌂` is the dock, an arrow (or `●`) the robot. Names are one line each, without control
 * characters. Time and memory are bounded, whatever the map holds.
 *
 * @since 0.1.0
 * @category drawing
 */
export const draw = (map: FloorMap, options: Options = {}): string => {
  const { grid } = map
  if (grid === undefined) return "No map yet"
  const picture = MapImage.draw(
    { ...map, charger: undefined, robot: undefined, gotoTarget: undefined, obstacles: [] },
    { scale: 1, margin: 1, labels: false, path: options.path, rotation: options.rotation }
  )
  const wanted = Math.floor(Math.min(Math.max(options.columns ?? 80, 10), 400))
  const size = Math.max(1, picture.width / wanted)
  const columns = Math.ceil(picture.width / size)
  const rows = Math.ceil(picture.height / size / 2)
  const isWall = ({ x, y }: Point): boolean => {
    const column = Math.floor(x / grid.cellSize) - grid.left
    const row = Math.floor(y / grid.cellSize) - grid.bottom
    return column >= 0 && column < grid.width && grid.kinds[row * grid.width + column] === CellKind.wall
  }
  const at = (column: number, half: number) =>
    sample(picture, Math.floor(column * size), Math.floor(half * size), size, isWall)
  const glyph = options.colour === false ? plain : coloured
  const lines = Array.from(
    { length: rows },
    (_, row) => Array.from({ length: columns }, (_, column) => glyph(at(column, row * 2), at(column, row * 2 + 1)))
  )

  const write = (place: Point, text: string): void => {
    const { x, y } = picture.toPixel(place)
    const characters = Array.from(text)
    const line = lines[Math.floor(y / size / 2)]
    const start = Math.floor(x / size - (characters.length - 1) / 2)
    characters.forEach((character, index) => {
      if (line?.[start + index] === undefined) return
      line[start + index] = options.colour === false
        ? character
        : `\u001b[0;1;38;2;36;48;60;48;2;255;255;255m${character}`
    })
  }
  if (options.labels !== false) {
    for (const { centre, id } of map.rooms) {
      write(centre, nameOf(options.roomNames, id).slice(0, 60).replace(/[\p{C}\s]+/gu, " ").trim().slice(0, 24))
    }
  }
  if (map.charger !== undefined) write(map.charger, "⌂")
  if (map.robot !== undefined) {
    const turns = map.robot.angle === undefined ? undefined : (map.robot.angle - (options.rotation ?? 0)) / 45
    write(map.robot, turns === undefined ? "●" : arrows[(Math.round(turns) % 8 + 8) % 8] ?? "●")
  }
  return lines.map((line) => line.join("") + (options.colour === false ? "" : "\u001b[0m")).join("\n")
}
