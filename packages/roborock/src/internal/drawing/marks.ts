import type { Canvas, Colour, Shape } from "./canvas.ts"
import { fill } from "./canvas.ts"
import type { Pixel } from "./shapes.ts"
import { circle, line, outline, polygon, roundedBox } from "./shapes.ts"

/** A simple figure, in pixels. */
export type Figure =
  | { readonly _tag: "Circle"; readonly centre: Pixel; readonly radius: number }
  | {
    readonly _tag: "Box"
    readonly x0: number
    readonly y0: number
    readonly x1: number
    readonly y1: number
    readonly radius: number
  }
  | { readonly _tag: "Polygon"; readonly corners: ReadonlyArray<Pixel> }
  | { readonly _tag: "Line"; readonly from: Pixel; readonly to: Pixel; readonly width: number }

/** A figure in a colour. With `edge` it is its outline alone, that many pixels wide. */
export interface Mark {
  readonly figure: Figure
  readonly colour: Colour
  readonly alpha?: number
  readonly edge?: number
}

const shapeOf = (figure: Figure): Shape => {
  switch (figure._tag) {
    case "Circle":
      return circle(figure.centre, figure.radius)
    case "Box":
      return roundedBox(figure.x0, figure.y0, figure.x1, figure.y1, figure.radius)
    case "Polygon":
      return polygon(figure.corners)
    case "Line":
      return line(figure.from, figure.to, figure.width)
  }
}

export const paintMarks = (canvas: Canvas, marks: ReadonlyArray<Mark>): void => {
  for (const { alpha, colour, edge, figure } of marks) {
    const shape = shapeOf(figure)
    fill(canvas, edge === undefined ? shape : outline(shape, edge), colour, alpha)
  }
}
