import type { Line, Point, Quad } from "@effect-mqtt/roborock/FloorMap"
import type { Restrictions } from "@effect-mqtt/roborock/MapEditTrait"
import type { Robot } from "../../Robot.ts"
import { invalidParams, invalidStatus, isList, isNumbers, type Method, type Methods, ok } from "./answers.ts"

const maxCorners = 68
const highest = 0xffff

const kinds = { noGo: 0, wall: 1, noMop: 2 } as const

const nothing: Restrictions = { noGoAreas: [], noMopAreas: [], virtualWalls: [] }

/** No map is changed under a robot that works. */
export const whileResting = (robot: Robot, method: Method): Method => (params, now) =>
  robot.state.task === undefined && ["Charging", "Idle"].includes(robot.state.activity)
    ? method(params, now)
    : invalidStatus

const pointsOf = (numbers: ReadonlyArray<number>): ReadonlyArray<Point> =>
  numbers.flatMap((x, index) => index % 2 === 0 ? [{ x, y: numbers[index + 1] ?? 0 }] : [])

const quadOf = ([a, b, c, d, ...others]: ReadonlyArray<Point>): Quad | undefined =>
  a === undefined || b === undefined || c === undefined || d === undefined || others.length > 0
    ? undefined
    : [a, b, c, d]

const lineOf = ([from, to, ...others]: ReadonlyArray<Point>): Line | undefined =>
  from === undefined || to === undefined || others.length > 0 ? undefined : { from, to }

const isPlace = (number: number): boolean => number >= 0 && number <= highest

/** `undefined` when one of the entries makes no sense: nothing is taken then. */
const read = (entries: ReadonlyArray<unknown>): Restrictions | undefined => {
  const [noGoAreas, noMopAreas, virtualWalls]: [Array<Quad>, Array<Quad>, Array<Line>] = [[], [], []]
  let corners = 0
  for (const entry of entries) {
    const [kind, ...numbers] = isNumbers(entry) ? entry : []
    const points = numbers.every(isPlace) ? pointsOf(numbers) : []
    corners += points.length
    const quad = quadOf(points)
    const line = lineOf(points)
    if (kind === kinds.noGo && quad !== undefined) noGoAreas.push(quad)
    else if (kind === kinds.noMop && quad !== undefined) noMopAreas.push(quad)
    else if (kind === kinds.wall && line !== undefined) virtualWalls.push(line)
    else return undefined
  }
  return corners > maxCorners ? undefined : { noGoAreas, noMopAreas, virtualWalls }
}

/** What people draw on the maps of a robot; it shows that, and drives as before. */
export const makeMapEdits = (robot: Robot) => {
  const drawn = new Map<number, Restrictions>()
  const save: Method = (params) => {
    const restrictions = isList(params) ? read(params) : undefined
    if (restrictions === undefined) return invalidParams
    drawn.set(robot.state.floor, restrictions)
    return ok
  }
  const methods: Methods = [["save_map", whileResting(robot, save)]]
  return { methods, of: (floor: number): Restrictions => drawn.get(floor) ?? nothing }
}

export type MapEdits = ReturnType<typeof makeMapEdits>
