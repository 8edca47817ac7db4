import type { Colour } from "./canvas.ts"
import type { Figure, Mark } from "./marks.ts"
import type { Pixel } from "./shapes.ts"

/** Hundredths of a pixel are enough, and damaged maps hold numbers that are not places. */
export const number = (value: number): string => String(Number.isFinite(value) ? Math.round(value * 100) / 100 : 0)

export const hex = (colour: Colour): string => `#${(colour & 0xffffff).toString(16).padStart(6, "0")}`

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&#39;"
}

export const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? "")

/** An element; attributes that are `undefined` are left out, their values are escaped. */
export const element = (
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content?: string
): string => {
  const list = Object.entries(attributes).map(([key, value]) =>
    value === undefined ? "" : ` ${key}="${typeof value === "number" ? number(value) : escaped(value)}"`
  )
  return `<${name}${list.join("")}${content === undefined ? "/>" : `>${content}</${name}>`}`
}

const point = ({ x, y }: Pixel): string => `${number(x)},${number(y)}`

/** Path data of lines through points; with `closed` back to the first one. */
export const lineData = (points: ReadonlyArray<Pixel>, closed = false): string =>
  points.length === 0 ? "" : `M${points.map(point).join(" ")}${closed ? "z" : points.length === 1 ? "h0" : ""}`

const figureElement = (figure: Figure, paint: Readonly<Record<string, string | number | undefined>>): string => {
  switch (figure._tag) {
    case "Circle":
      return element("circle", { cx: figure.centre.x, cy: figure.centre.y, r: figure.radius, ...paint })
    case "Box": {
      const { radius, x0, x1, y0, y1 } = figure
      return element("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0, rx: radius, ...paint })
    }
    case "Polygon":
      return element("path", { d: lineData(figure.corners, true), "stroke-linejoin": "round", ...paint })
    case "Line":
      return element("path", {
        d: lineData([figure.from, figure.to]),
        "stroke-linecap": "round",
        ...paint,
        stroke: paint["fill"],
        "stroke-width": figure.width
      })
  }
}

export const markElement = ({ alpha, colour, edge, figure }: Mark): string => {
  const opacity = alpha === undefined || alpha >= 1 ? undefined : alpha
  return figureElement(
    figure,
    edge === undefined
      ? { fill: hex(colour), opacity }
      : { fill: "none", stroke: hex(colour), "stroke-width": edge, opacity }
  )
}
