/** A place to read on in a packet. Reads past the end give `undefined` and stay where they are. */
export interface Reader {
  readonly bytes: Uint8Array
  readonly at: number
  readonly left: number
  readonly u8: () => number | undefined
  readonly u16: () => number | undefined
  readonly u32: () => number | undefined
  readonly i16: () => number | undefined
  readonly take: (count: number) => Uint8Array | undefined
}

/** Big-endian numbers, as Q10 devices write them. */
export const makeReader = (bytes: Uint8Array, start = 0): Reader => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = start
  const next = (size: number): number | undefined => {
    if (bytes.length - at < size) return undefined
    at += size
    return at - size
  }
  const number = (size: number, read: (offset: number) => number) => (): number | undefined => {
    const offset = next(size)
    return offset === undefined ? undefined : read(offset)
  }
  return {
    bytes,
    get at() {
      return at
    },
    get left() {
      return bytes.length - at
    },
    u8: number(1, (offset) => view.getUint8(offset)),
    u16: number(2, (offset) => view.getUint16(offset)),
    u32: number(4, (offset) => view.getUint32(offset)),
    i16: number(2, (offset) => view.getInt16(offset)),
    take: (count) => {
      const offset = next(count)
      return offset === undefined ? undefined : bytes.subarray(offset, offset + count)
    }
  }
}

/** A place in the device's own units. */
export interface RawPoint {
  readonly x: number
  readonly y: number
}

/** `count` pairs of numbers; `undefined` when they are not all there. */
export const readPoints = (reader: Reader, count: number): ReadonlyArray<RawPoint> | undefined => {
  if (reader.left < count * 4) return undefined
  return Array.from({ length: count }, () => ({ x: reader.i16() ?? 0, y: reader.i16() ?? 0 }))
}
