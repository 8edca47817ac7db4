import * as Q10Map from "../../Q10Map.ts"
import type { Packet, Raster } from "../../Q10Packet.ts"
import * as keptMap from "./keptMap.ts"

const areasPoint = 55
const wallsPoint = 57
const zonesPoint = 59

const text = (value: unknown): string => typeof value === "string" ? value : ""

/**
 * The map in use, from parts that come one by one: the cells, the path, and what the owner drew. Cells of the same map
 * replace those before them; with cells of another one, the rest is of no use anymore.
 */
export const make = () => {
  let raster: Raster | undefined
  let overlays: Q10Map.Overlays = {}
  let rasterBytes: Uint8Array = new Uint8Array(0)
  let pathBytes: Uint8Array = new Uint8Array(0)
  /** Cells may be sent again without where the plane lies on them: then it lies where it did. */
  const located = (packet: Raster): Raster =>
    !Q10Map.isLocated(packet) && raster?.mapId === packet.mapId && raster.width === packet.width &&
      raster.height === packet.height
      ? { ...packet, origin: raster.origin }
      : packet
  return {
    /** Takes cells or a path; not those of a past run. Whether it did. */
    see: (packet: Packet, payload: Uint8Array): boolean => {
      if (packet._tag === "Path") {
        overlays = { ...overlays, path: packet }
        pathBytes = payload
        return true
      }
      if (packet.kind === "record") return false
      if (raster !== undefined && raster.mapId !== packet.mapId) {
        overlays = {}
        pathBytes = new Uint8Array(0)
      }
      raster = located(packet)
      // What is kept should tell where the plane lies, even if its cells are a little older.
      if (Q10Map.isLocated(packet) || !Q10Map.isLocated(raster)) rasterBytes = payload
      return true
    },
    /** Takes areas, walls and zones. Whether there were any. */
    hear: (points: ReadonlyMap<number, unknown>): boolean => {
      const [areas, walls, zones] = [areasPoint, wallsPoint, zonesPoint].map((id) => points.get(id))
      if (areas === undefined && walls === undefined && zones === undefined) return false
      overlays = {
        ...overlays,
        ...(areas === undefined ? {} : { areas: Q10Map.decodeAreas(text(areas)) }),
        ...(walls === undefined ? {} : { walls: Q10Map.decodeWalls(text(walls)) }),
        ...(zones === undefined ? {} : { zones: Q10Map.decodeAreas(text(zones)) })
      }
      return true
    },
    /** With the file that is kept of it; areas are told again. */
    current: () =>
      raster === undefined
        ? undefined
        : { map: Q10Map.make(raster, overlays), file: keptMap.pack(rasterBytes, pathBytes) }
  }
}
