import type { Grid, Point } from "../../FloorMap.ts"
import { cellAt, CellKind } from "../../FloorMap.ts"
import type { DevicePoint, Path } from "../../Q10Packet.ts"

/** A step this many times the usual one shows that the first point is a placeholder. */
const strayFactor = 20

/** In mode 2 the low bits of a point say what it is: 4 is not to be drawn. */
export const isHidden = (mode: number, { x, y }: DevicePoint): boolean => mode === 2 && ((x & 3) << 2) + (y & 3) === 4

/** A path may begin far from where it goes on. */
export const withoutStray = (points: ReadonlyArray<DevicePoint>): ReadonlyArray<DevicePoint> => {
  if (points.length < 4) return points
  const steps = points.slice(1).map(({ x, y }, index) =>
    Math.hypot(x - (points[index]?.x ?? 0), y - (points[index]?.y ?? 0))
  )
  const [first = 0] = steps
  const median = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0
  return median > 0 && first > median * strayFactor ? points.slice(1) : points
}

/** Path units of a cell: 20 or 10. Version 1 says 20, but the choice that puts the path on floor knows better. */
export const pathUnits = (
  grid: Grid,
  path: Path,
  points: ReadonlyArray<DevicePoint>,
  place: (point: DevicePoint, units: number) => Point
): number => {
  const onFloor = (units: number) =>
    points.filter((point) => grid.kinds[cellAt(grid, place(point, units)) ?? -1] === CellKind.floor).length
  const usual = path.version === 1 ? 20 : 10
  const other = 30 - usual
  return onFloor(other) > onFloor(usual) ? other : usual
}
