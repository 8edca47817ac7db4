/** The rows of the table: for each the same work for our codec (with and without Buffer) and for the rival. */
import type { Packet } from "@effect-mqtt/codec"
import { strict as assert } from "node:assert"
import * as packets from "./packets.ts"
import * as reading from "./reading.ts"
import * as rival from "./rival.ts"
import type * as Subject from "./subject.ts"

/** Our codec, loaded with or without `globalThis.Buffer` in sight. */
export interface Variant {
  readonly codec: typeof Subject
  readonly hasBuffer: boolean
}

/** One run over all packets of a case; what it returns keeps the compiler from leaving the work out. */
export type Run = () => number

export interface Case {
  readonly name: string
  /** Least ratio to the rival; `undefined` where none is set. */
  readonly target: number | undefined
  /** How many packets one run handles. */
  readonly packets: number
  /** Most bytes that may be allocated for a packet, where a bound is set. */
  readonly allocationTarget?: number
  readonly ours: (variant: Variant) => Run
  readonly rival: () => Run
}

type Version = 4 | 5

/** Packets of a row, made when it is run: those of all rows would be a heap that no program has. */
interface Packets {
  readonly count: number
  readonly list: () => ReadonlyArray<Packet.Packet>
}

/** What both give for the same bytes, as text; equal or the program ends here. */
const assertSameDecoded = (variant: Variant, chunks: ReadonlyArray<Uint8Array>, version: Version): void => {
  const theirs: Array<string> = []
  const parser = rival.makeParser(version, (packet) => theirs.push(reading.canonical(packet)))
  for (const chunk of chunks) parser.parse(packets.asBuffer(chunk.slice()))
  const decoder = variant.codec.Decoder.make({ version })
  const ours = chunks.flatMap((chunk) => {
    const { error, packets: decoded } = decoder.push(chunk.slice())
    if (error !== undefined) throw error
    return decoded.map((packet) => reading.canonical(rival.toRival(packet, version)))
  })
  assert.deepEqual(ours, theirs)
}

const encodeAll = (variant: Variant, list: ReadonlyArray<Packet.Packet>, version: Version): Array<Uint8Array> =>
  list.map((packet) => {
    const bytes = variant.codec.Encoder.encode(packet, version)
    if (bytes._tag === "Left") throw bytes.left
    return bytes.right.slice()
  })

const assertSameEncoded = (variant: Variant, list: ReadonlyArray<Packet.Packet>, version: Version): void =>
  encodeAll(variant, list, version).forEach((bytes, index) => {
    const packet = list[index]
    assert.ok(packet !== undefined)
    assert.equal(
      packets.asBuffer(bytes).toString("hex"),
      packets.asBuffer(rival.generate(rival.toRival(packet, version), version)).toString("hex")
    )
  })

/** Decoding chunk by chunk, each packet read in full. One decoder for all runs, as a connection has one. */
const decoding = (
  fields: Pick<Case, "name" | "target" | "allocationTarget">,
  version: Version,
  { count, list: make }: Packets,
  chunksOf: (pieces: ReadonlyArray<Uint8Array>) => ReadonlyArray<Uint8Array>
): Case => {
  const isOnlyPublish = (list: ReadonlyArray<Packet.Packet>): boolean =>
    list.every((packet) => packet._tag === "Publish")
  return {
    ...fields,
    packets: count,
    ours: (variant) => {
      const list = make()
      const plain = chunksOf(encodeAll(variant, list, version))
      assertSameDecoded(variant, plain, version)
      const chunks = variant.hasBuffer ? plain.map(packets.asBuffer) : plain
      const decoder = variant.codec.Decoder.make({ version })
      const { readPacket } = reading
      const readPublish = reading.readPublish as (packet: Packet.Packet) => number // the list holds nothing else
      const read = isOnlyPublish(list) ? readPublish : readPacket
      return () => {
        let sum = 0
        for (const chunk of chunks) {
          const { packets: decoded } = decoder.push(chunk)
          for (const packet of decoded) sum += read(packet)
        }
        return sum
      }
    },
    rival: () => {
      const list = make()
      const chunks = chunksOf(
        list.map((packet) => new Uint8Array(rival.generate(rival.toRival(packet, version), version)))
      ).map(packets.asBuffer)
      const read = isOnlyPublish(list) ? reading.readRivalPublish : reading.readRivalPacket
      let sum = 0
      const parser = rival.makeParser(version, (packet) => {
        sum += read(packet)
      })
      return () => {
        for (const chunk of chunks) parser.parse(chunk)
        return sum
      }
    }
  }
}

/** Encoding each packet to an array of its own. */
const encoding = (
  fields: Pick<Case, "name" | "target">,
  version: Version,
  { count, list: make }: Packets
): Case => ({
  ...fields,
  packets: count,
  ours: (variant) => {
    const list = make()
    assertSameEncoded(variant, list, version)
    const { encode } = variant.codec.Encoder
    return () => {
      let sum = 0
      for (const packet of list) {
        const bytes = encode(packet, version)
        if (bytes._tag === "Right") sum += bytes.right.length
      }
      return sum
    }
  },
  rival: () => {
    const theirs = make().map((packet) => rival.toRival(packet, version))
    return () => {
      let sum = 0
      for (const packet of theirs) sum += rival.generate(packet, version).length
      return sum
    }
  }
})

/** Packets after which the send buffer is written out, as a turn of a busy connection does. */
const packetsPerTake = 64

/** Encoding into a send buffer, against the rival's `writeToStream`. */
const encodingInto = (
  fields: Pick<Case, "name" | "target" | "allocationTarget">,
  version: Version,
  { count, list: make }: Packets,
  perTake = packetsPerTake
): Case => ({
  ...fields,
  packets: count,
  ours: (variant) => {
    const list = make()
    assertSameEncoded(variant, list, version)
    const { encodeInto, makeOutput } = variant.codec.Encoder
    const output = makeOutput()
    return () => {
      let sum = 0
      let waiting = 0
      for (const packet of list) {
        if (encodeInto(output, packet, version) !== undefined) throw new Error("refused")
        if (++waiting === perTake) {
          waiting = 0
          for (const piece of output.take()) sum += piece.length
          output.release()
        }
      }
      return sum
    }
  },
  rival: () => {
    const theirs = make().map((packet) => rival.toRival(packet, version))
    return rival.writingAll(theirs, version, perTake)
  }
})

const sizes = [
  [16, "16 B"],
  [64, "64 B"],
  [256, "256 B"],
  [4096, "4 KiB"],
  [65_536, "64 KiB"]
] as const

const many = (count: number, at: (index: number) => Packet.Packet): Packets => ({
  count,
  list: () => Array.from({ length: count }, (_, index) => at(index))
})

const publishCases = (): Array<Case> => {
  const cases: Array<Case> = []
  for (const version of [4, 5] as const) {
    for (const properties of version === 4 ? [0] : [0, 3, 10]) {
      for (const [bytes, size] of sizes) {
        for (const qos of [0, 1] as const) {
          const list = many(
            bytes > 4096 ? 32 : packets.distinct,
            (index) => packets.publishAt(index, { bytes, properties, qos, version })
          )
          const name = `PUBLISH ${size} v${version} QoS ${qos}${properties === 0 ? "" : ` ${properties} properties`}`
          cases.push(
            decoding(
              {
                name: `decode ${name}`,
                target: properties === 10 ? 7 : 8,
                ...(bytes <= 64 && properties === 0 ? { allocationTarget: 300 } : {})
              },
              version,
              list,
              (pieces) => pieces
            )
          )
          const small = bytes <= 256
          cases.push(encoding(
            { name: `encode ${name}`, target: small ? properties === 0 ? 4 : properties === 3 ? 6 : 7 : undefined },
            version,
            list
          ))
          cases.push(encodingInto(
            {
              name: `encodeInto ${name}`,
              target: small ? properties === 0 ? 4 : 6 : bytes > 4096 ? 1.2 : undefined,
              ...(small ? { allocationTarget: 16 } : {})
            },
            version,
            list,
            small ? packetsPerTake : 1
          ))
        }
      }
    }
  }
  return cases
}

const streamCases = (): Array<Case> =>
  ([4, 5] as const).flatMap((version) => {
    const list = many(2048, (index) => packets.publishAt(index, { bytes: 64, properties: 0, qos: 0, version }))
    return ([[1460, "1460 B", 5], [16_384, "16 KiB", 7], [65_536, "64 KiB", 7]] as const).map(([size, text, target]) =>
      decoding(
        { name: `decode stream of 64 B v${version} cut at ${text}`, target, allocationTarget: 300 },
        version,
        list,
        (pieces) => packets.cut(packets.joined(pieces), size)
      )
    )
  })

/** More topics and user properties than a decoder keeps, so that nearly all are new to it whenever they come. */
const manyTopicCases = (): Array<Case> =>
  ([[4, 0], [5, 0], [5, 10]] as const).map(([version, properties]) =>
    decoding(
      {
        name: `decode PUBLISH 64 B v${version} QoS 0${
          properties === 0 ? "" : ` ${properties} properties`
        } of 16384 topics`,
        target: undefined
      },
      version,
      many(16_384, (index) => packets.publishAt(index, { bytes: 64, properties, qos: 0, version })),
      (pieces) => pieces
    )
  )

const oneChunk = (pieces: ReadonlyArray<Uint8Array>) => [packets.joined(pieces)]

const crowdCases = (): Array<Case> => [
  ...([4, 5] as const).map((version) =>
    decoding(
      { name: `decode 1024 PUBACKs v${version} in one chunk`, target: 12 },
      version,
      many(1024, (index) => packets.pubAckAt(index, version)),
      oneChunk
    )
  ),
  decoding(
    { name: "decode 1024 tiny PUBLISHes v4 in one chunk", target: 7 },
    4,
    many(1024, packets.tinyPublishAt),
    oneChunk
  ),
  ...([4, 5] as const).flatMap((version) => {
    const acks = many(packets.distinct, (index) => packets.pubAckAt(index, version))
    const control = many(252, (index) => packets.controlAt(index, version))
    return [
      decoding({ name: `decode mixed control packets v${version}`, target: 5 }, version, control, (pieces) => pieces),
      encoding({ name: `encode mixed control packets v${version}`, target: undefined }, version, control),
      encodingInto({ name: `encodeInto mixed control packets v${version}`, target: undefined }, version, control),
      encoding({ name: `encode PUBACK v${version}`, target: undefined }, version, acks),
      encodingInto({ name: `encodeInto PUBACK v${version}`, target: undefined }, version, acks)
    ]
  })
]

export const all = (): ReadonlyArray<Case> => [
  ...publishCases(),
  ...manyTopicCases(),
  ...streamCases(),
  ...crowdCases()
]
