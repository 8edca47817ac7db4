/** What moves on a map, and how a path grows. */
import { obstacleName, type Path, type Point } from "@effect-mqtt/roborock/FloorMap"
import type { MapSnapshot } from "@effect-mqtt/roborock/MapTrait"
import type { PathChange, Place, Scene } from "./messages.ts"

const place = ({ x, y }: Point): Place => ({ x: Math.round(x), y: Math.round(-y) })

export const sceneOf = ({ fetchedAt, map }: MapSnapshot): Scene => ({
  readAt: fetchedAt,
  robot: map.robot === undefined ? undefined : { ...place(map.robot), angle: map.robot.angle },
  charger: map.charger === undefined ? undefined : place(map.charger),
  target: map.gotoTarget === undefined ? undefined : place(map.gotoTarget),
  activeRooms: map.activeRooms,
  zones: map.zones.map(({ x0, x1, y0, y1 }) => ({
    ...place({ x: Math.min(x0, x1), y: Math.max(y0, y1) }),
    width: Math.round(Math.abs(x1 - x0)),
    height: Math.round(Math.abs(y1 - y0))
  })),
  obstacles: [
    ...map.obstacles.map((obstacle) => ({ ...place(obstacle), name: obstacleName(obstacle.code) })),
    ...map.suspected.areas.map((spot) => ({ ...place(spot), name: "perhaps better avoided" })),
    ...map.suspected.sills.map((spot) => ({ ...place(spot), name: "perhaps a door sill" })),
    ...map.suspected.cliffs.map((spot) => ({ ...place(spot), name: "perhaps a cliff" }))
  ]
})

/** Points as pairs of numbers. */
export const flatten = (path: Path): ReadonlyArray<number> =>
  path.flatMap((point) => {
    const { x, y } = place(point)
    return [x, y]
  })

/** What has to be said for a reader who knows `before` to know `after`. */
export const pathChange = (before: ReadonlyArray<number>, after: ReadonlyArray<number>): PathChange => {
  let keep = 0
  while (keep < before.length && keep < after.length && before[keep] === after[keep]) keep++
  return { keep, add: after.slice(keep) }
}
