/** Bytes of a protobuf message, piece by piece. */
export type Piece = Uint8Array

const join = (pieces: ReadonlyArray<Piece>): Uint8Array => {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

const varint = (value: number): Array<number> => {
  const bytes: Array<number> = []
  let rest = value >>> 0
  for (; rest > 0x7f; rest >>>= 7) bytes.push(rest & 0x7f | 0x80)
  bytes.push(rest)
  return bytes
}

/** A whole number of 32 bits; negative ones as robots write them. */
export const integer = (field: number, value: number): Piece =>
  Uint8Array.from([...varint(field << 3), ...varint(value)])

export const float = (field: number, value: number): Piece => {
  const piece = new Uint8Array(varint(field << 3 | 5).length + 4)
  piece.set(varint(field << 3 | 5))
  new DataView(piece.buffer).setFloat32(piece.length - 4, value, true)
  return piece
}

export const bytes = (field: number, content: Uint8Array): Piece =>
  join([Uint8Array.from([...varint(field << 3 | 2), ...varint(content.length)]), content])

export const text = (field: number, content: string): Piece => bytes(field, new TextEncoder().encode(content))

/** A message within a message. */
export const nested = (field: number, ...pieces: ReadonlyArray<Piece>): Piece => bytes(field, join(pieces))

export const message = (...pieces: ReadonlyArray<Piece>): Uint8Array => join(pieces)
