/**
 * Draws a floor map as SVG text: the picture of `MapImage`, sharp at any size, with names as text that can be searched
 * and read aloud.
 *
 * @since 0.1.0
 */
import type { FloorMap, Grid, Path } from "./FloorMap.ts"
import { CellKind } from "./FloorMap.ts"
import { cellBoxes } from "./internal/drawing/cellBoxes.ts"
import { isInside, roomFills } from "./internal/drawing/cells.ts"
import type { PlacedLabel } from "./internal/drawing/labels.ts"
import { plateAlpha } from "./internal/drawing/labels.ts"
import { layOut } from "./internal/drawing/layout.ts"
import * as Overlays from "./internal/drawing/overlays.ts"
import { floorColour, inkColour, noGoColour, paperColour, solidColour, wallColour } from "./internal/drawing/palette.ts"
import type { Projection } from "./internal/drawing/projection.ts"
import { cellsUnderPixels, toPixel } from "./internal/drawing/projection.ts"
import { element, escaped, hex, lineData, markElement, number } from "./internal/drawing/svg.ts"
import { symbolMarks } from "./internal/drawing/symbols.ts"
import type { Options } from "./MapImage.ts"

/** The name of a group of cells is its layer and its colour. */
type Layer = "floor" | "carpet" | "border" | "wall"

const layerOpacity: Readonly<Record<string, number | undefined>> = { carpet: 0.06, border: 0.4 }

const cellGroups = (grid: Grid, map: FloorMap) => {
  const fills = roomFills(grid, map.rooms, map.activeRooms)
  const fillOf = (cell: number) => hex(fills.get(grid.rooms[cell] ?? 0) ?? floorColour)
  return (cell: number): string | undefined => {
    switch (grid.kinds[cell]) {
      case CellKind.floor:
        return `floor ${fillOf(cell)}`
      case CellKind.wall:
        return `wall ${hex(isInside(grid, cell) ? solidColour : wallColour)}`
      case CellKind.border:
        return `border ${fillOf(cell)}`
      default:
        return undefined
    }
  }
}

/** Path elements of the cells, by layer. */
const drawCells = (grid: Grid, map: FloorMap, projection: Projection): ReadonlyMap<string, string> => {
  const { scale } = projection
  const [width, height] = [projection.width / scale, projection.height / scale]
  const cells = cellsUnderPixels({ ...projection, scale: 1, width, height }, grid)
  const groupOf = cellGroups(grid, map)
  const cellOf = (x: number, y: number): number => cells[y * width + x] ?? -1
  const groups = [
    ...cellBoxes(width, height, (x, y) => groupOf(cellOf(x, y))),
    ...cellBoxes(width, height, (x, y) => {
      const cell = cellOf(x, y)
      const carpet = grid.carpet?.[cell] === 1 && grid.kinds[cell] === CellKind.floor
      return carpet ? `carpet ${hex(inkColour)}` : undefined
    })
  ]
  const result = new Map<string, string>()
  for (const [group, boxes] of groups) {
    const [layer = "", colour = ""] = group.split(" ")
    const d = boxes.map((box) => {
      const wide = number(box.width * scale)
      return `M${number(box.x * scale)} ${number(box.y * scale)}h${wide}v${number(box.height * scale)}h-${wide}z`
    }).join("")
    const path = element("path", { fill: colour, "fill-opacity": layerOpacity[layer], d })
    result.set(layer, (result.get(layer) ?? "") + path)
  }
  return result
}

const drawRuns = (
  projection: Projection,
  runs: ReadonlyArray<Path>,
  style: { readonly radius: number; readonly colour: number; readonly alpha: number; readonly dash?: number },
  clip?: string
): string => {
  const d = runs.map((run) => lineData(Overlays.thinned(projection, run))).join("")
  return d === "" ? "" : element("path", {
    d,
    fill: "none",
    stroke: hex(style.colour),
    "stroke-opacity": style.alpha,
    "stroke-width": style.radius * 2,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "stroke-dasharray": style.dash === undefined ? undefined : `${number(style.dash)} ${number(style.dash)}`,
    "clip-path": clip === undefined ? undefined : `url(#${clip})`
  })
}

const drawWashes = (projection: Projection, map: FloorMap): string => {
  const radius = Overlays.washEdgeRadius(projection)
  const areas = Overlays.washesOf(map).map(({ alpha, area, colour, edgeAlpha }) =>
    element("path", {
      d: lineData(area.map((corner) => toPixel(projection, corner)), true),
      fill: hex(colour),
      "fill-opacity": alpha,
      stroke: hex(colour),
      "stroke-opacity": edgeAlpha,
      "stroke-width": radius * 2,
      "stroke-linejoin": "round"
    })
  )
  const walls = Overlays.virtualWallsOf(map).map(({ from, to }) =>
    element("path", {
      d: lineData([toPixel(projection, from), toPixel(projection, to)]),
      stroke: hex(noGoColour),
      "stroke-width": projection.scale,
      "stroke-linecap": "round"
    })
  )
  return [...areas, ...walls].join("")
}

const drawLabel = ({ lines, plate, radius, unit }: PlacedLabel): string =>
  element("rect", {
    x: plate.x0,
    y: plate.y0,
    width: plate.x1 - plate.x0,
    height: plate.y1 - plate.y0,
    rx: radius,
    fill: hex(paperColour),
    "fill-opacity": plateAlpha
  }) + lines.map(({ baseline, left, text, width }) =>
    // The font of the reader differs from the one that measured: the text is made to fit its plate, or at least centred.
    element(
      "text",
      {
        x: left + width / 2,
        y: baseline,
        "text-anchor": "middle",
        textLength: width,
        lengthAdjust: "spacingAndGlyphs",
        "font-size": unit * 9.2
      },
      escaped(text)
    )
  ).join("")

/** Tells the pictures of a page apart, whose names for parts must differ; the same for the same picture. */
const fingerprint = (text: string): string => {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash, 31) + text.charCodeAt(index) | 0
  return `floor-${(hash >>> 0).toString(36)}`
}

/**
 * Draws a map as an SVG document, to be saved or embedded in a page. Names are escaped; nothing in it runs or loads
 * anything. Its size is bounded, whatever the map holds. `scale` is the side of a cell in units of the document, and
 * `maxPixels` counts those units.
 *
 * @example
 * ```ts
 * import { MapSvg, RrMap } from "@effect-mqtt/roborock"
 * import { Effect } from "effect"
 *
 * const picture = (file: Uint8Array) =>
 *   Effect.map(RrMap.parse(file), (map) => MapSvg.draw(map, { roomNames: { 16: "Kitchen", 17: "Hall" } }))
 * ```
 *
 * @since 0.1.0
 * @category drawing
 */
export const draw = (map: FloorMap, options: Options = {}): string => {
  const { grid, labels, projection } = layOut(map, options)
  const { height, width } = projection
  const parts: Array<string> = []
  if (options.background !== undefined) parts.push(element("rect", { width, height, fill: hex(options.background) }))
  if (grid !== undefined) {
    const cells = drawCells(grid, map, projection)
    const styles = Overlays.pathStyle(projection)
    const crisp = (layer: Layer) => {
      const content = cells.get(layer)
      return content === undefined ? "" : element("g", { "shape-rendering": "crispEdges" }, content)
    }
    parts.push(crisp("floor"), crisp("carpet"))
    const mopped = options.path === false ? [] : Overlays.moppedRuns(map)
    if (mopped.length > 0) {
      const floor = cells.get("floor") ?? ""
      const clip = fingerprint(floor)
      parts.push(element("clipPath", { id: clip }, floor), drawRuns(projection, mopped, styles.mop, clip))
    }
    parts.push(crisp("border"), crisp("wall"), drawWashes(projection, map))
    if (options.path !== false) {
      const driven = Overlays.drivenRuns(map)
      parts.push(drawRuns(projection, driven, styles.shadow), drawRuns(projection, driven, styles.driven))
      parts.push(drawRuns(projection, Overlays.plannedRuns(map), styles.planned))
    }
    parts.push(...symbolMarks(projection, map).map(markElement))
  }
  const names = labels.map(drawLabel).join("")
  if (names !== "") {
    parts.push(
      element("g", { "font-family": "system-ui, sans-serif", "font-weight": "600", fill: hex(inkColour) }, names)
    )
  }
  return element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
    parts.join("")
  )
}
