import * as Q10Map from "../../Q10Map.ts"
import * as Q10Overlays from "../../Q10Overlays.ts"
import type { Packet, Raster } from "../../Q10Packet.ts"
import * as keptMap from "./keptMap.ts"

const text = (value: unknown): string => typeof value === "string" ? value : ""

type Overlays = Q10Overlays.Overlays

const suspecting = (kind: keyof Q10Overlays.Suspected) => (before: Overlays, value: unknown): Overlays => ({
  ...before,
  suspected: { ...before.suspected, [kind]: Q10Overlays.decodePoints(value) }
})

/** What a data point changes of what is drawn over the cells. */
const changes: ReadonlyArray<readonly [id: number, change: (before: Overlays, value: unknown) => Overlays]> = [
  [55, (before, value) => ({ ...before, areas: Q10Overlays.decodeAreas(text(value)) })],
  [57, (before, value) => ({ ...before, walls: Q10Overlays.decodeWalls(text(value)) })],
  [59, (before, value) => ({ ...before, zones: Q10Overlays.decodeAreas(text(value)) })],
  [65, (before, value) => ({ ...before, carpets: Q10Overlays.decodeCarpets(value) })],
  [98, suspecting("areas")],
  [100, suspecting("sills")],
  [103, suspecting("cliffs")]
]

/**
 * The map in use, from parts that come one by one: the cells, the path, and what the owner drew. Cells of the same map
 * replace those before them; when the robot goes over to another one, the rest is of no use anymore. A saved map that was
 * asked for is shown in its place until the robot says something of its own.
 */
export const make = () => {
  let raster: Raster | undefined
  let overlays: Overlays = {}
  let rasterBytes: Uint8Array = new Uint8Array(0)
  let pathBytes: Uint8Array = new Uint8Array(0)
  let asked: { readonly raster: Raster; readonly bytes: Uint8Array } | undefined
  /** Cells may be sent again without where the plane lies on them: then it lies where it did. */
  const located = (packet: Raster): Raster =>
    !Q10Map.isLocated(packet) && raster?.mapId === packet.mapId && raster.width === packet.width &&
      raster.height === packet.height
      ? { ...packet, origin: raster.origin }
      : packet
  return {
    /**
     * Takes cells or a path; not those of a past run, and those of a saved map only when they were asked for or there are
     * no others: all clients of an account hear what one of them asks for. Whether it did.
     */
    see: (packet: Packet, payload: Uint8Array, isAskedFor: boolean): boolean => {
      if (packet._tag === "Path") {
        overlays = { ...overlays, path: packet }
        pathBytes = payload
        asked = undefined
        return true
      }
      if (packet.kind === "record" || packet.kind === "saved" && raster !== undefined && !isAskedFor) return false
      const isAnother = raster !== undefined && raster.mapId !== packet.mapId
      if (isAnother && packet.kind === "saved") {
        asked = { raster: packet, bytes: payload }
        return true
      }
      if (isAnother) {
        overlays = {}
        pathBytes = new Uint8Array(0)
      }
      asked = undefined
      raster = located(packet)
      // What is kept should tell where the plane lies, even if its cells are a little older.
      if (Q10Map.isLocated(packet) || !Q10Map.isLocated(raster)) rasterBytes = payload
      return true
    },
    /** Takes areas, walls, zones and the like. Whether there were any. */
    hear: (points: ReadonlyMap<number, unknown>): boolean => {
      const told = changes.filter(([id]) => points.has(id))
      overlays = told.reduce((before, [id, change]) => change(before, points.get(id)), overlays)
      return told.length > 0
    },
    /** With the file that is kept of it; areas are told again. */
    current: () =>
      asked !== undefined
        ? { map: Q10Map.make(asked.raster), file: keptMap.pack(asked.bytes, new Uint8Array(0)) }
        : raster === undefined
        ? undefined
        : { map: Q10Map.make(raster, overlays), file: keptMap.pack(rasterBytes, pathBytes) }
  }
}
