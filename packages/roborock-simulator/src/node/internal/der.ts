/** The few kinds of DER (X.690) that a certificate is made of. */
const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  object: 0x06,
  utf8: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17
} as const

const encodeLength = (length: number): ReadonlyArray<number> => {
  if (length < 0x80) return [length]
  const bytes: Array<number> = []
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return [0x80 | bytes.length, ...bytes]
}

const element = (tag: number, ...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const content = Buffer.concat(parts)
  return Buffer.concat([Uint8Array.from([tag, ...encodeLength(content.length)]), content])
}

export const sequence = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => element(tags.sequence, ...parts)

export const set = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => element(tags.set, ...parts)

/** A whole number that is not negative, most significant byte first. */
export const integer = (...bytes: ReadonlyArray<number>): Uint8Array =>
  element(tags.integer, Uint8Array.from((bytes[0] ?? 0) < 0x80 ? bytes : [0, ...bytes]))

export const bits = (content: Uint8Array, unused = 0): Uint8Array =>
  element(tags.bits, Uint8Array.from([unused]), content)

export const octets = (content: Uint8Array): Uint8Array => element(tags.octets, content)

export const text = (content: string): Uint8Array => element(tags.utf8, Buffer.from(content))

export const yes: Uint8Array = element(tags.boolean, Uint8Array.from([0xff]))

/** A number of the tree of objects, such as `2.5.4.3`. */
export const object = (dotted: string): Uint8Array => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f]
    for (let more = arc >>> 7; more > 0; more >>>= 7) groups.unshift(more & 0x7f | 0x80)
    return groups
  })
  return element(tags.object, Uint8Array.from(bytes))
}

/** A moment before the year 2050. */
export const time = (millis: number): Uint8Array =>
  element(
    tags.utcTime,
    Buffer.from(`${new Date(millis).toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`)
  )

/** A part that is known by its number, with other parts in it. */
export const tagged = (number: number, ...parts: ReadonlyArray<Uint8Array>): Uint8Array =>
  element(0xa0 | number, ...parts)

/** A part that is known by its number and has bytes alone. */
export const taggedBytes = (number: number, content: Uint8Array): Uint8Array => element(0x80 | number, content)
