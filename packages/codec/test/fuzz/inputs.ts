import { type Decoder, Encoder } from "@effect-mqtt/codec"
import { Either, FastCheck as fc } from "effect"
import { packet } from "../support/arbitraries.ts"
import type { Random } from "./random.ts"

/** Bytes for one decoder, and where they come from. */
export interface Input {
  readonly strategy: "random" | "mutated" | "spliced" | "built" | "stream"
  readonly options: Decoder.Options
  readonly bytes: Uint8Array
}

/** Valid packets of both versions to begin with, made anew every so often. */
const largestCorpus = 2000
const corpusLifetime = 200_000

const corpusOf = (random: Random, version: 4 | 5, size: number): ReadonlyArray<Uint8Array> =>
  fc.sample(packet(version), { numRuns: size, seed: random.below(0x7fffffff) })
    .map((one) => Either.getOrThrow(Encoder.encode(one, version)).slice())
    .filter((bytes) => bytes.length <= 1024)

const interesting = [0x00, 0x01, 0x02, 0x04, 0x10, 0x20, 0x23, 0x26, 0x2b, 0x7f, 0x80, 0x81, 0xc0, 0xed, 0xf4, 0xff]

const pick = <A>(random: Random, list: ReadonlyArray<A>): A => list[random.below(list.length)] // the list is not empty

const remainingLength = (value: number): ReadonlyArray<number> => {
  const bytes: Array<number> = []
  let rest = value
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>>= 7
  } while (rest > 0)
  return bytes
}

/** The body of a packet behind a Remaining Length that fits it, so that mutations get past the first check. */
const refit = (bytes: Uint8Array): Uint8Array => {
  let at = 1
  while (at < 5 && at < bytes.length && (bytes[at] ?? 0) >= 0x80) at++
  const body = bytes.subarray(at + 1)
  return Uint8Array.of(bytes[0] ?? 0, ...remainingLength(body.length), ...body)
}

const mutateOnce = (bytes: Uint8Array, random: Random): Uint8Array => {
  const at = random.below(bytes.length)
  switch (random.below(6)) {
    case 0: {
      const changed = bytes.slice()
      changed[at] = random.below(256)
      return changed
    }
    case 1: {
      const changed = bytes.slice()
      changed[at] = (bytes[at] ?? 0) ^ 1 << random.below(8)
      return changed
    }
    case 2: {
      const changed = bytes.slice()
      changed[at] = pick(random, interesting)
      return changed
    }
    case 3:
      return Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + 1 + random.below(4)))
    case 4:
      return Uint8Array.of(...bytes.subarray(0, at), pick(random, interesting), ...bytes.subarray(at))
    default: {
      const end = at + 1 + random.below(8)
      return Uint8Array.of(...bytes.subarray(0, end), ...bytes.subarray(at))
    }
  }
}

const mutated = (bytes: Uint8Array, random: Random): Uint8Array => {
  let changed = bytes
  for (let round = random.below(4); round >= 0 && changed.length > 0; round--) changed = mutateOnce(changed, random)
  return changed.length > 1 && random.below(3) > 0 ? refit(changed) : changed
}

const propertyIds = Array.from({ length: 0x2c }, (_, index) => index)

/** A property block whose identifiers exist more often than not, whose values fit them more often than not. */
const propertyBlock = (random: Random): ReadonlyArray<number> => {
  const block: Array<number> = []
  for (let count = random.below(5); count > 0; count--) {
    block.push(pick(random, propertyIds))
    const kind = random.below(5)
    const length = random.below(4)
    if (kind === 3) block.push(0, length)
    if (kind === 4) block.push(0, 1, 0x61, 0, 1, 0x62)
    else for (let bytes = kind === 3 ? length : [1, 2, 4][kind] ?? 0; bytes > 0; bytes--) block.push(random.below(128))
  }
  return [...remainingLength(random.below(8) === 0 ? random.below(300) : block.length), ...block]
}

/** A packet put together from parts that are each plausible. */
const built = (random: Random): Uint8Array => {
  const type = random.below(16)
  const flags = type === 3 ? random.below(16) : type === 6 || type === 8 || type === 10 ? 2 : 0
  const body: Array<number> = []
  const text = () => {
    const length = random.below(6)
    body.push(0, length)
    for (let count = length; count > 0; count--) body.push(random.below(4) === 0 ? pick(random, interesting) : 0x61)
  }
  if (type === 1) body.push(0, 4, 0x4d, 0x51, 0x54, 0x54, 4 + random.below(2), random.below(256), 0, 60)
  for (let count = random.below(6); count >= 0; count--) {
    const part = random.below(4)
    if (part === 0) body.push(0, random.below(3))
    else if (part === 1) text()
    else if (part === 2) body.push(...propertyBlock(random))
    else body.push(pick(random, interesting))
  }
  return Uint8Array.of(type << 4 | flags, ...remainingLength(body.length), ...body)
}

const optionsFor = (random: Random, version: 4 | 5): Decoder.Options => {
  const role = pick(random, [undefined, "client", "server"] as const)
  return {
    role,
    version: role === "server" && random.below(3) === 0 ? undefined : version,
    maxPacketBytes: random.below(10) === 0 ? 1 + random.below(64) : undefined
  }
}

/** Endless variety, in the order that the seed fixes. */
export const inputs = function*(random: Random, count: number): Generator<Input> {
  let corpus: readonly [ReadonlyArray<Uint8Array>, ReadonlyArray<Uint8Array>] = [[], []]
  const size = Math.min(largestCorpus, Math.ceil(count / 10))
  for (let index = 0; index < count; index++) {
    if (index % corpusLifetime === 0) corpus = [corpusOf(random, 4, size), corpusOf(random, 5, size)]
    const version = random.below(3) === 0 ? 4 as const : 5 as const
    const valid = corpus[version - 4] ?? []
    const options = optionsFor(random, version)
    const dice = random.below(20)
    if (dice === 0) {
      const bytes = Uint8Array.from({ length: random.below(64) }, () => random.below(256))
      yield { strategy: "random", options, bytes }
    } else if (dice < 12) {
      yield { strategy: "mutated", options, bytes: mutated(pick(random, valid), random) }
    } else if (dice < 14) {
      const [first, second] = [pick(random, valid), pick(random, valid)]
      const bytes = Uint8Array.of(
        ...first.subarray(0, random.below(first.length)),
        ...second.subarray(random.below(second.length))
      )
      yield { strategy: "spliced", options, bytes: bytes.length > 1 ? refit(bytes) : bytes }
    } else if (dice < 18) {
      yield {
        strategy: "built",
        options,
        bytes: random.below(2) === 0 ? built(random) : mutated(built(random), random)
      }
    } else {
      const packets = Array.from(
        { length: 1 + random.below(4) },
        () => random.below(4) === 0 ? mutated(pick(random, valid), random) : pick(random, valid)
      )
      yield { strategy: "stream", options, bytes: Uint8Array.from(packets.flatMap((one) => [...one])) }
    }
  }
}
