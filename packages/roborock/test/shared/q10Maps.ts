import { MapImage, Q10Map } from "@effect-mqtt/roborock"
import { assert } from "@effect/vitest"
import { pathOf, rasterOf, xy } from "../q10Bytes.ts"
import { fromHex } from "../vectors.ts"
import { bytes, type Checks, indexed, json } from "./sharedFiles.ts"

interface ExpectedQ10 {
  readonly kind: "map" | "trace"
  readonly mapId: number
  readonly width: number
  readonly height: number
  readonly classCounts: Readonly<Record<string, number>>
  readonly rooms: ReadonlyArray<
    { readonly id: number; readonly rawName: string; readonly shownName: string; readonly pixels: number }
  >
  readonly header: Readonly<Record<"originX" | "originY" | "chargerX" | "chargerY" | "chargerPhi", number>>
  readonly sequence: number
  readonly headingDeg: number
  readonly points: number
  readonly first: ReadonlyArray<number> | null
  readonly last: ReadonlyArray<number> | null
}

const check = (file: string, expectedFile: string) => {
  const expected = json<ExpectedQ10>(`maps/${expectedFile}`)
  const content = bytes(`maps/${file}`)
  if (expected.kind === "trace") {
    const path = pathOf(content)
    assert.deepInclude(path, { sequence: expected.sequence, heading: expected.headingDeg })
    assert.deepStrictEqual(
      [path.points.length, xy(path.points[0]), xy(path.points.at(-1))],
      [expected.points, expected.first, expected.last]
    )
    return
  }
  const raster = rasterOf(content)
  const { chargerPhi, chargerX, chargerY, originX, originY } = expected.header
  assert.deepInclude(raster, {
    mapId: expected.mapId,
    width: expected.width,
    height: expected.height,
    cellSize: 50
  })
  assert.deepStrictEqual(raster.origin, { x: originX, y: originY })
  assert.deepStrictEqual(raster.dock ?? { x: 0, y: 0 }, { x: chargerX, y: chargerY })
  assert.strictEqual(raster.dockHeading, chargerPhi)
  const counts = [0, 0, 0, 0]
  for (const kind of raster.kinds) counts[kind] = (counts[kind] ?? 0) + 1
  const { background = 0, floor = 0, unknown = 0, wall = 0 } = expected.classCounts
  assert.deepStrictEqual(counts, [background + unknown, wall, 0, floor])
  assert.deepStrictEqual(
    raster.roomList.map(({ id, name }) => [id, name]),
    expected.rooms.map(({ id, rawName }) => [id, rawName])
  )
  const map = Q10Map.make(raster)
  assert.deepStrictEqual([...map.roomNames], expected.rooms.map(({ id, shownName }) => [id, shownName]))
  assert.deepStrictEqual(
    map.rooms.map(({ cells, id }) => [id, cells]),
    expected.rooms.map(({ id, pixels }) => [id, pixels])
  )
  assert.isAbove(MapImage.draw(map, { roomNames: map.roomNames }).width, 0)
}

interface ExpectedRaster {
  readonly mapId: number
  readonly width: number
  readonly height: number
  readonly rooms: ReadonlyArray<{ readonly id: number; readonly pixelCount: number }>
}

interface ExpectedPath {
  readonly sequence: number
  readonly heading: number
  readonly points: ReadonlyArray<unknown>
}

const pathFixture = (name: string) => () => {
  const file = json<{ readonly payloadHex: string; readonly expected: ExpectedPath }>(`fixtures/maps/${name}.json`)
  const { heading, points, sequence } = pathOf(fromHex(file.payloadHex))
  assert.deepStrictEqual<unknown>({ sequence, heading, points: points.map(xy) }, file.expected)
}

/** Maps and paths of the Q10 family. */
export const q10Maps: Checks = {
  ...Object.fromEntries(
    indexed.filter(({ format }) => format.startsWith("q10-")).map(({ expected = "", file }) => [
      file,
      () => check(file, expected)
    ])
  ),
  "fixtures/maps/b01-q10-map": () => {
    const { expected, payloadBase64 } = json<{ readonly payloadBase64: string; readonly expected: ExpectedRaster }>(
      "fixtures/maps/b01-q10-map.json"
    )
    const raster = rasterOf(new Uint8Array(Buffer.from(payloadBase64, "base64")))
    const { height, mapId, width } = expected
    assert.deepInclude(raster, { mapId, width, height })
    assert.deepStrictEqual(
      Q10Map.make(raster).rooms.map(({ cells, id }) => [id, cells]),
      expected.rooms.map(({ id, pixelCount }) => [id, pixelCount])
    )
  },
  "fixtures/maps/b01-q10-trace": pathFixture("b01-q10-trace"),
  "fixtures/maps/b01-q10-trace-multi": pathFixture("b01-q10-trace-multi")
}
