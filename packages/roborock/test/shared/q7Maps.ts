import { FloorMap, MapImage, Q7Map } from "@effect-mqtt/roborock"
import { assert } from "@effect/vitest"
import { Either } from "effect"
import { createHash } from "node:crypto"
import { gunzipSync } from "node:zlib"
import { cellBytes } from "../q7Bytes.ts"
import { bytes, type Checks, indexed, json } from "./sharedFiles.ts"

const parsed = (content: Uint8Array): Q7Map.Q7Map => Either.getOrThrow(Q7Map.parse(content))

interface ExpectedQ7 {
  readonly mapType: number
  readonly rooms: ReadonlyArray<{ readonly id: number; readonly name: string; readonly label: ReadonlyArray<number> }>
  readonly virtualWalls: ReadonlyArray<unknown>
  readonly areas: ReadonlyArray<ReadonlyArray<ReadonlyArray<number>>>
  readonly roomChains: Readonly<Record<string, { readonly bbox: ReadonlyArray<number> }>>
  readonly head: Readonly<Record<"mapHeadId" | "sizeX" | "sizeY" | "minX" | "minY", number>>
  readonly grid: { readonly counts: Readonly<Record<string, number>>; readonly sha256: string }
  readonly path: {
    readonly points: number
    readonly updateCounts: Readonly<Record<string, number>>
    readonly last: ReadonlyArray<number>
  }
  readonly dock: Readonly<Record<"x" | "y" | "phi", number>>
  readonly pose: Readonly<Record<"x" | "y" | "phi", number>>
}

const check = (file: string, expectedFile: string) => {
  const expected = json<ExpectedQ7>(`maps/${expectedFile}`)
  const data = bytes(`maps/${file}`)
  const map = parsed(file.endsWith(".gz") ? new Uint8Array(gunzipSync(data)) : data)
  assert.deepStrictEqual(map.issues, [])
  const { dock, grid: expectedGrid, head: expectedHead, path, pose } = expected
  assert.deepInclude(map, { mapType: expected.mapType, mapId: expectedHead.mapHeadId })
  const { grid } = map
  assert.isDefined(grid)
  if (grid === undefined) return
  assert.deepInclude(grid, {
    width: expectedHead.sizeX,
    height: expectedHead.sizeY,
    left: expectedHead.minX * 20,
    bottom: expectedHead.minY * 20
  })
  assert.strictEqual(createHash("sha256").update(cellBytes(grid)).digest("hex"), expectedGrid.sha256)

  assert.deepStrictEqual([...map.roomNames], expected.rooms.map(({ id, name }) => [id, name]))
  assert.deepStrictEqual(map.rooms.map(({ id }) => id), expected.rooms.map(({ id }) => id))
  for (const { id, label } of expected.rooms) {
    const [x = 0, y = 0] = label.map((metres) => metres * 1000)
    assert.strictEqual(FloorMap.roomAt(grid, { x, y }), id, `label of room ${id}`)
  }
  for (const room of map.rooms) {
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = expected.roomChains[room.id]?.bbox ?? []
    const box = [room.box.x0 / 50 - grid.left, room.box.y0 / 50 - grid.bottom]
    assert.isAtLeast(box[0] ?? -1, x0)
    assert.isAtLeast(box[1] ?? -1, y0)
    assert.isAtMost(room.box.x1 / 50 - grid.left, x1)
    assert.isAtMost(room.box.y1 / 50 - grid.bottom, y1)
  }

  const millimetres = (metres: number) => Math.round(metres * 1000)
  const rounded = (point: FloorMap.Point | undefined) => point && [Math.round(point.x), Math.round(point.y)]
  assert.include([path.points, path.points - 1], map.path.length)
  assert.deepStrictEqual(rounded(map.path.at(-1)), path.last.map(millimetres))
  const counts: Record<string, number> = {}
  for (const code of map.pathCodes) counts[code] = (counts[code] ?? 0) + 1
  if (map.path.length < path.points) counts[0] = (counts[0] ?? 0) + 1
  assert.deepStrictEqual(counts, path.updateCounts)
  for (const [found, wanted] of [[map.charger, dock], [map.robot, pose]] as const) {
    assert.closeTo(found?.x ?? Infinity, wanted.x * 1000, 0.1)
    assert.closeTo(found?.y ?? Infinity, wanted.y * 1000, 0.1)
    assert.closeTo(found?.angle ?? Infinity, wanted.phi * 180 / Math.PI, 0.01)
  }
  assert.strictEqual(map.virtualWalls.length, expected.virtualWalls.length)
  assert.deepStrictEqual(
    map.noGoAreas.map((area) => area.map(rounded)),
    expected.areas.map((area) => area.map((corner) => corner.map(millimetres)))
  )
  assert.isAbove(MapImage.draw(map, { roomNames: map.roomNames }).width, 100)
}

/** Maps of the Q7 family. */
export const q7Maps: Checks = {
  ...Object.fromEntries(
    indexed.filter(({ format }) => format === "scmap-protobuf").map(({ expected = "", file }) => [
      file,
      () => check(file, expected)
    ])
  ),
  "fixtures/maps/b01-q7-scmap.json": () => {
    const { gzipBase64 } = json<{ readonly gzipBase64: string }>("fixtures/maps/b01-q7-scmap.json")
    const map = parsed(new Uint8Array(gunzipSync(Buffer.from(gzipBase64, "base64"))))
    assert.strictEqual(map.rooms.length, 10)
    assert.deepStrictEqual(map.issues, [])
  }
}
