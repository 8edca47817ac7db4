import * as Either from "effect/Either"
import * as Q10Map from "../../Q10Map.ts"
import * as Q10Packet from "../../Q10Packet.ts"

const lengthBytes = 4

/** What is kept of a map: the packet with its cells, the length of that in front, and behind it the one with the path. */
export const pack = (raster: Uint8Array, path: Uint8Array): Uint8Array => {
  const file = new Uint8Array(lengthBytes + raster.length + path.length)
  new DataView(file.buffer).setUint32(0, raster.length)
  file.set(raster, lengthBytes)
  file.set(path, lengthBytes + raster.length)
  return file
}

/** A path that cannot be read is one that was not kept. */
export const read = (file: Uint8Array): Q10Map.Q10Map | undefined => {
  if (file.length < lengthBytes) return undefined
  const end = lengthBytes + new DataView(file.buffer, file.byteOffset).getUint32(0)
  const raster = Either.getOrUndefined(Q10Packet.decode(file.subarray(lengthBytes, end)))
  const path = Either.getOrUndefined(Q10Packet.decode(file.subarray(end)))
  return raster?._tag === "Raster" ? Q10Map.make(raster, { path: path?._tag === "Path" ? path : undefined }) : undefined
}
