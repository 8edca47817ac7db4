import type { Point, Pose } from "../../FloorMap.ts"
import type { Canvas } from "./canvas.ts"
import { fill } from "./canvas.ts"
import { dockColour, inkColour, noGoColour, paperColour, robotColour } from "./palette.ts"
import type { Projection } from "./projection.ts"
import { toDirection, toPixel } from "./projection.ts"
import type { Pixel } from "./shapes.ts"
import { circle, outline, polygon, roundedBox } from "./shapes.ts"

/** Half the robot's 350 mm, in cells, and never too small to see. */
export const symbolRadius = (projection: Projection): number => Math.max(7, projection.scale * 3.5)

const lightning: ReadonlyArray<readonly [number, number]> = [
  [0.16, -0.66],
  [-0.42, 0.12],
  [-0.06, 0.12],
  [-0.18, 0.66],
  [0.42, -0.14],
  [0.06, -0.14]
]

export const drawDock = (canvas: Canvas, projection: Projection, charger: Point): void => {
  const { x, y } = toPixel(projection, charger)
  const size = symbolRadius(projection)
  const box = (half: number) => roundedBox(x - half, y - half, x + half, y + half, half * 0.42)
  fill(canvas, box(size * 1.16), inkColour, 0.18)
  fill(canvas, box(size * 1.06), paperColour)
  fill(canvas, box(size * 0.9), dockColour)
  fill(canvas, polygon(lightning.map(([dx, dy]) => ({ x: x + dx * size, y: y + dy * size }))), paperColour)
}

export const drawRobot = (canvas: Canvas, projection: Projection, robot: Pose): void => {
  const centre = toPixel(projection, robot)
  const radius = symbolRadius(projection)
  fill(canvas, circle(centre, radius * 1.14), inkColour, 0.2)
  fill(canvas, circle(centre, radius), paperColour)
  fill(canvas, outline(circle(centre, radius * 0.9), radius * 0.2), robotColour)
  if (robot.angle === undefined) {
    fill(canvas, circle(centre, radius * 0.36), robotColour)
    return
  }
  const ahead = toDirection(projection, robot.angle)
  const at = (forward: number, aside: number): Pixel => ({
    x: centre.x + (ahead.x * forward - ahead.y * aside) * radius,
    y: centre.y + (ahead.y * forward + ahead.x * aside) * radius
  })
  fill(canvas, polygon([at(0.64, 0), at(-0.38, 0.46), at(-0.16, 0), at(-0.38, -0.46)]), robotColour)
}

/** Half the width of the pin that marks a target; it is a little more than three times as high. */
export const pinRadius = (projection: Projection): number => Math.max(5, projection.scale * 2)

/** A pin whose tip is the target. */
export const drawTarget = (canvas: Canvas, projection: Projection, target: Point): void => {
  const tip = toPixel(projection, target)
  const radius = pinRadius(projection)
  const head = { x: tip.x, y: tip.y - radius * 2.1 }
  const pin = polygon([tip, { x: tip.x - radius * 0.88, y: head.y + radius * 0.46 }, {
    x: tip.x + radius * 0.88,
    y: head.y + radius * 0.46
  }])
  fill(canvas, outline(pin, radius * 0.3), paperColour)
  fill(canvas, circle(head, radius * 1.18), paperColour)
  fill(canvas, pin, noGoColour)
  fill(canvas, circle(head, radius), noGoColour)
  fill(canvas, circle(head, radius * 0.4), paperColour)
}
