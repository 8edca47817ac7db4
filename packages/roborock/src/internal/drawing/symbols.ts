import type { FloorMap, Point, Pose } from "../../FloorMap.ts"
import type { Figure, Mark } from "./marks.ts"
import { dockColour, inkColour, noGoColour, obstacleColour, paperColour, robotColour } from "./palette.ts"
import type { Projection } from "./projection.ts"
import { toDirection, toPixel } from "./projection.ts"
import type { Pixel } from "./shapes.ts"

/** Far more obstacles than any home has. */
const maxObstacles = 100

/** Half the robot's 350 mm, in cells, and never too small to see. */
export const symbolRadius = (projection: Projection): number => Math.max(7, projection.scale * 3.5)

/** Half the width of the pin that marks a target; it is a little more than three times as high. */
export const pinRadius = (projection: Projection): number => Math.max(5, projection.scale * 2)

const lightning: ReadonlyArray<readonly [number, number]> = [
  [0.16, -0.66],
  [-0.42, 0.12],
  [-0.06, 0.12],
  [-0.18, 0.66],
  [0.42, -0.14],
  [0.06, -0.14]
]

const circle = (centre: Pixel, radius: number): Figure => ({ _tag: "Circle", centre, radius })
const polygon = (corners: ReadonlyArray<Pixel>): Figure => ({ _tag: "Polygon", corners })

const dockMarks = (projection: Projection, charger: Point): ReadonlyArray<Mark> => {
  const { x, y } = toPixel(projection, charger)
  const size = symbolRadius(projection)
  const box = (half: number): Figure => ({
    _tag: "Box",
    x0: x - half,
    y0: y - half,
    x1: x + half,
    y1: y + half,
    radius: half * 0.42
  })
  return [
    { figure: box(size * 1.16), colour: inkColour, alpha: 0.18 },
    { figure: box(size * 1.06), colour: paperColour },
    { figure: box(size * 0.9), colour: dockColour },
    { figure: polygon(lightning.map(([dx, dy]) => ({ x: x + dx * size, y: y + dy * size }))), colour: paperColour }
  ]
}

const robotMarks = (projection: Projection, robot: Pose): ReadonlyArray<Mark> => {
  const centre = toPixel(projection, robot)
  const radius = symbolRadius(projection)
  const body: ReadonlyArray<Mark> = [
    { figure: circle(centre, radius * 1.14), colour: inkColour, alpha: 0.2 },
    { figure: circle(centre, radius), colour: paperColour },
    { figure: circle(centre, radius * 0.9), colour: robotColour, edge: radius * 0.2 }
  ]
  if (robot.angle === undefined) return [...body, { figure: circle(centre, radius * 0.36), colour: robotColour }]
  const ahead = toDirection(projection, robot.angle)
  const at = (forward: number, aside: number): Pixel => ({
    x: centre.x + (ahead.x * forward - ahead.y * aside) * radius,
    y: centre.y + (ahead.y * forward + ahead.x * aside) * radius
  })
  const arrow = polygon([at(0.64, 0), at(-0.38, 0.46), at(-0.16, 0), at(-0.38, -0.46)])
  return [...body, { figure: arrow, colour: robotColour }]
}

/** A pin whose tip is the target. */
const targetMarks = (projection: Projection, target: Point): ReadonlyArray<Mark> => {
  const tip = toPixel(projection, target)
  const radius = pinRadius(projection)
  const head = { x: tip.x, y: tip.y - radius * 2.1 }
  const pin = polygon([tip, { x: tip.x - radius * 0.88, y: head.y + radius * 0.46 }, {
    x: tip.x + radius * 0.88,
    y: head.y + radius * 0.46
  }])
  return [
    { figure: pin, colour: paperColour, edge: radius * 0.3 },
    { figure: circle(head, radius * 1.18), colour: paperColour },
    { figure: pin, colour: noGoColour },
    { figure: circle(head, radius), colour: noGoColour },
    { figure: circle(head, radius * 0.4), colour: paperColour }
  ]
}

/** A warning triangle. */
const obstacleMarks = (projection: Projection, obstacle: Point): ReadonlyArray<Mark> => {
  const size = Math.max(5, projection.scale * 1.7)
  const { x, y } = toPixel(projection, obstacle)
  const triangle = polygon([
    { x, y: y - size },
    { x: x + size, y: y + size * 0.75 },
    { x: x - size, y: y + size * 0.75 }
  ])
  const stroke: Figure = {
    _tag: "Line",
    from: { x, y: y - size * 0.35 },
    to: { x, y: y + size * 0.1 },
    width: size * 0.24
  }
  return [
    { figure: triangle, colour: paperColour, alpha: 0.95, edge: size * 0.5 },
    { figure: triangle, colour: obstacleColour },
    { figure: stroke, colour: paperColour },
    { figure: circle({ x, y: y + size * 0.46 }, size * 0.15), colour: paperColour }
  ]
}

const suspicionsOf = ({ suspected: { areas, cliffs, sills } }: FloorMap): ReadonlyArray<Point> => [
  ...areas,
  ...sills,
  ...cliffs
]

/** A ring around a place of which the robot is not sure. */
const suspicionMarks = (projection: Projection, place: Point): ReadonlyArray<Mark> => {
  const radius = Math.max(4, projection.scale * 1.3)
  const ring = circle(toPixel(projection, place), radius)
  return [
    { figure: ring, colour: paperColour, alpha: 0.95, edge: radius },
    { figure: ring, colour: obstacleColour, edge: radius * 0.5 }
  ]
}

/** Old robots do not say where they look: then it is where they went last. */
const headingOf = ({ path }: FloorMap): number | undefined => {
  const [before, last] = path.slice(-2)
  if (before === undefined || last === undefined) return undefined
  const [dx, dy] = [last.x - before.x, last.y - before.y]
  return dx === 0 && dy === 0 ? undefined : Math.atan2(dy, dx) * 180 / Math.PI
}

/** Suspicions, obstacles, target, dock and robot, from the bottom to the top. */
export const symbolMarks = (projection: Projection, map: FloorMap): ReadonlyArray<Mark> => [
  ...suspicionsOf(map).slice(0, maxObstacles).flatMap((place) => suspicionMarks(projection, place)),
  ...map.obstacles.slice(0, maxObstacles).flatMap((obstacle) => obstacleMarks(projection, obstacle)),
  ...(map.gotoTarget === undefined ? [] : targetMarks(projection, map.gotoTarget)),
  ...(map.charger === undefined ? [] : dockMarks(projection, map.charger)),
  ...(map.robot === undefined ? [] : robotMarks(projection, { ...map.robot, angle: map.robot.angle ?? headingOf(map) }))
]
