import { FloorMap, RrMap } from "@effect-mqtt/roborock"
import { assert } from "@effect/vitest"
import { Either } from "effect"
import { bytes, type Checks, indexed, json } from "./sharedFiles.ts"

interface ExpectedPath {
  readonly points: number
  readonly segments: number
  readonly first: readonly [number, number]
  readonly last: readonly [number, number]
  readonly lengthMm: number
}
type Numbers = ReadonlyArray<ReadonlyArray<number>> | null
interface ExpectedMap {
  readonly header: {
    readonly major: number
    readonly minor: number
    readonly mapIndex: number
    readonly mapSequence: number
  }
  readonly digestOk: boolean
  readonly blocks: ReadonlyArray<{ readonly type: number; readonly header: number; readonly data: number }>
  readonly image: {
    readonly top: number
    readonly left: number
    readonly height: number
    readonly width: number
    readonly pixels: Readonly<Record<"outside" | "wall" | "floorNoSegment" | "other", number>>
  }
  readonly rooms: Readonly<Record<string, { readonly pixels: number; readonly bboxMm: ReadonlyArray<number> }>>
  readonly charger: object | null
  readonly robot: object | null
  readonly robotSegment: number | null
  readonly goto: FloorMap.Point | null
  readonly path: ExpectedPath | null
  readonly gotoPath: ExpectedPath | null
  readonly predictedPath: ExpectedPath | null
  readonly mopPath: ExpectedPath | null
  readonly virtualWalls: Numbers
  readonly noGoAreas: Numbers
  readonly noMopAreas: Numbers
  readonly noCarpetAreas: Numbers
  readonly zones: Numbers
  readonly obstacles13: ReadonlyArray<object> | null
  readonly obstacles15: ReadonlyArray<object> | null
  readonly ignoredObstacles14: ReadonlyArray<object> | null
  readonly ignoredObstacles16: ReadonlyArray<object> | null
  readonly activeSegments: ReadonlyArray<number> | null
  readonly carpetPixels: number
}

const summary = (path: FloorMap.Path, runs: ReadonlyArray<FloorMap.Path> = [path]) => {
  const points = runs.flat()
  const xy = (point: FloorMap.Point | undefined) => [point?.x, point?.y]
  const length = runs.reduce((sum, run) =>
    run.reduce((part, point, index) => {
      const before = run[index - 1]
      return before === undefined ? part : part + Math.hypot(point.x - before.x, point.y - before.y)
    }, sum), 0)
  return { points: points.length, first: xy(points[0]), last: xy(points.at(-1)), lengthMm: Math.round(length) }
}
const expectedSummary = ({ first, last, lengthMm, points }: ExpectedPath) => ({
  points,
  first: [...first],
  last: [...last],
  lengthMm: Math.round(lengthMm)
})

const check = (file: string, expectedFile: string) => {
  const expected = json<ExpectedMap>(`maps/${expectedFile}`)
  const map = Either.getOrThrow(RrMap.parse(bytes(`maps/${file}`)))
  const { major, mapIndex, mapSequence, minor } = expected.header
  assert.deepStrictEqual(map.header, { major, minor, mapIndex, sequence: mapSequence })
  assert.strictEqual(map.digest, expected.digestOk ? "ok" : "wrong")
  assert.deepStrictEqual(
    map.blocks.map(({ type, headerBytes, dataBytes }) => ({ type, header: headerBytes, data: dataBytes })),
    [...expected.blocks]
  )
  assert.deepStrictEqual(map.issues, [])

  const { image } = expected
  const { grid } = map
  if (image.width === 0) assert.isUndefined(grid)
  else {
    assert.deepInclude(grid, { left: image.left, bottom: image.top, width: image.width, height: image.height })
  }
  const pixels = { outside: 0, wall: 0, floorNoSegment: 0, other: 0 }
  grid?.kinds.forEach((kind, cell) => {
    if (kind === FloorMap.CellKind.outside) pixels.outside++
    else if (kind === FloorMap.CellKind.wall) pixels.wall++
    else if (kind === FloorMap.CellKind.border) pixels.other++
    else if (grid.rooms[cell] === 0) pixels.floorNoSegment++
  })
  assert.deepStrictEqual(pixels, image.pixels)
  assert.deepStrictEqual(
    Object.fromEntries(map.rooms.map(({ id, cells, box }) => [id, {
      pixels: cells,
      bboxMm: [box.x0, box.y0, box.x1, box.y1]
    }])),
    expected.rooms
  )
  assert.strictEqual(grid?.carpet?.reduce((sum, cell) => sum + cell, 0) ?? 0, expected.carpetPixels)

  const angleless = (pose: FloorMap.Pose | undefined) =>
    pose === undefined ? null : pose.angle === undefined ? { x: pose.x, y: pose.y } : pose
  assert.deepStrictEqual(angleless(map.charger), expected.charger)
  assert.deepStrictEqual(angleless(map.robot), expected.robot)
  assert.strictEqual(map.robotRoom ?? null, expected.robotSegment)
  assert.deepStrictEqual(map.gotoTarget ?? null, expected.goto)
  const paths = [[map.path, expected.path], [map.gotoPath, expected.gotoPath], [
    map.predictedPath,
    expected.predictedPath
  ]] as const
  for (const [path, expectedPath] of paths) {
    if (expectedPath === null) assert.deepStrictEqual(path, [])
    else assert.deepStrictEqual(summary(path), expectedSummary(expectedPath))
  }
  if (expected.mopPath !== null) {
    // The expected values count every point of a kind other than 0 here.
    assert.strictEqual(map.pathKinds?.filter((kind) => kind !== 0).length, expected.mopPath.points)
  }
  const quads = (areas: ReadonlyArray<FloorMap.Quad>) => areas.map((area) => area.flatMap(({ x, y }) => [x, y]))
  assert.deepStrictEqual(quads(map.noGoAreas), expected.noGoAreas ?? [])
  assert.deepStrictEqual(quads(map.noMopAreas), expected.noMopAreas ?? [])
  assert.deepStrictEqual(quads(map.noCarpetAreas), expected.noCarpetAreas ?? [])
  assert.deepStrictEqual(map.zones.map(({ x0, y0, x1, y1 }) => [x0, y0, x1, y1]), expected.zones ?? [])
  assert.deepStrictEqual(
    map.virtualWalls.map(({ from, to }) => [from.x, from.y, to.x, to.y]),
    expected.virtualWalls ?? []
  )
  assert.deepStrictEqual([...map.activeRooms], expected.activeSegments ?? [])
  const obstacles = (list: ReadonlyArray<FloorMap.Obstacle>) => list.map(({ x, y }) => ({ x, y }))
  const expectedObstacles = (...lists: ReadonlyArray<ReadonlyArray<object> | null>) =>
    lists.flatMap((list) => list ?? []).map((obstacle) => {
      const { x, y } = obstacle as FloorMap.Point // our own test data
      return { x, y }
    })
  assert.deepStrictEqual(obstacles(map.obstacles), expectedObstacles(expected.obstacles13, expected.obstacles15))
  assert.deepStrictEqual(
    obstacles(map.ignoredObstacles),
    expectedObstacles(expected.ignoredObstacles14, expected.ignoredObstacles16)
  )
  for (const { id, centre } of map.rooms) {
    assert.strictEqual(grid && FloorMap.roomAt(grid, centre), id)
  }
}

const damaged = (file: string, expectedFile: string) => {
  assert.include(json<{ readonly expect: string }>(`maps/${expectedFile}`).expect, "typed error")
  assert.strictEqual(Either.getOrThrow(Either.flip(RrMap.parse(bytes(`maps/${file}`)))).reason, "Truncated")
}

/** Maps of V1 vacuums, from devices and made up, against what other readers found in them. */
export const rrMaps: Checks = Object.fromEntries(
  indexed.filter(({ format }) => format === "rr" || format === "rr-damaged").map(({ expected = "", file, format }) => [
    file,
    () => format === "rr" ? check(file, expected) : damaged(file, expected)
  ])
)
