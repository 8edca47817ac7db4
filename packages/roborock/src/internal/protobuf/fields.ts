/** One field of a protobuf message. `bytes` is a view into the message, empty for numbers. */
export interface Field {
  readonly number: number
  readonly kind: "integer" | "fixed" | "bytes"
  /** The low 32 bits of an integer, unsigned; a 32-bit fixed value read as a float; 0 for bytes. */
  readonly value: number
  readonly bytes: Uint8Array
}

/** Why and where reading stopped before the end of the message. */
export interface Stop {
  readonly reason: "Truncated" | "Malformed"
  readonly offset: number
}

const nothing = new Uint8Array(0)
const maxVarintBytes = 10

/**
 * Gives every field of a message to `visit`, in order; groups do not occur. It allocates nothing that the message
 * announces, only one small object for each field that is there.
 */
export const walkFields = (message: Uint8Array, visit: (field: Field) => void): Stop | undefined => {
  const view = new DataView(message.buffer, message.byteOffset, message.length)
  let at = 0
  const varint = (): number | undefined => {
    let low = 0
    for (let index = 0; index < maxVarintBytes; index++) {
      const byte = message[at + index]
      if (byte === undefined) return undefined
      if (index < 5) low |= (byte & 0x7f) << (7 * index)
      if (byte < 0x80) {
        at += index + 1
        return low >>> 0
      }
    }
    return undefined
  }
  while (at < message.length) {
    const offset = at
    const stop = (reason: Stop["reason"]): Stop => ({ reason, offset })
    const key = varint()
    if (key === undefined) return stop("Truncated")
    const number = key >>> 3
    if (number === 0) return stop("Malformed")
    let field: Field
    switch (key & 7) {
      case 0: {
        const value = varint()
        if (value === undefined) return stop("Truncated")
        field = { number, kind: "integer", value, bytes: nothing }
        break
      }
      case 1:
      case 5: {
        const size = (key & 7) === 1 ? 8 : 4
        if (message.length - at < size) return stop("Truncated")
        field = { number, kind: "fixed", value: size === 4 ? view.getFloat32(at, true) : 0, bytes: nothing }
        at += size
        break
      }
      case 2: {
        const size = varint()
        if (size === undefined || size > message.length - at) return stop("Truncated")
        field = { number, kind: "bytes", value: 0, bytes: message.subarray(at, at + size) }
        at += size
        break
      }
      default:
        return stop("Malformed")
    }
    visit(field)
  }
  return undefined
}
