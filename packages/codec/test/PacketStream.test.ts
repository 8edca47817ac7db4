import { Encoder, Packet, type ProtocolVersion } from "@effect-mqtt/codec"
import * as PacketStream from "@effect-mqtt/codec/PacketStream"
import { assert, describe, it } from "@effect/vitest"
import { Channel, Chunk, Effect, Either, Exit, FastCheck as fc, Ref, Stream } from "effect"
import { cuts, packet } from "./support/arbitraries.ts"
import { canonical } from "./support/canonical.ts"
import { runs } from "./support/effort.ts"
import { fromHex, toHex } from "./support/neutral.ts"

const client = { version: 5, role: "client" } as const

const encoded = (packets: ReadonlyArray<Packet.Packet>, version: ProtocolVersion.ProtocolVersion): Uint8Array =>
  new Uint8Array(Buffer.concat(packets.map((one) => Either.getOrThrow(Encoder.encode(one, version)))))

/** What came, and how it ended. */
const observe = <A, E>(stream: Stream.Stream<A, E>) =>
  Effect.gen(function*() {
    const seen = yield* Ref.make<ReadonlyArray<A>>([])
    const end = yield* stream.pipe(
      Stream.runForEach((one) => Ref.update(seen, (before) => [...before, one])),
      Effect.either
    )
    return { seen: yield* Ref.get(seen), end }
  })

describe("PacketStream.decode", () => {
  it.effect("gives the packets, however the bytes are cut", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.array(packet(5), { maxLength: 5 }).chain((packets) =>
            fc.tuple(fc.constant(packets), cuts(encoded(packets, 5)), fc.integer({ min: 1, max: 4 }))
          ),
          ([packets, pieces, perChunk]) =>
            Stream.fromIterable(pieces).pipe(
              Stream.rechunk(perChunk),
              PacketStream.decode({ version: 5 }),
              Stream.runCollect,
              Effect.map((all) => {
                assert.deepStrictEqual<unknown>(Chunk.toArray(all), packets.map((one) => canonical(one, 5)))
              }),
              Effect.runPromise
            )
        ),
        runs(100)
      )
    ))

  it.effect("emits what was good, then fails with the error of the codec", () =>
    Effect.gen(function*() {
      const bytes = Stream.make(fromHex("d000d000"), fromHex("d000" + "0000" + "d000"), fromHex("d000"))
      for (const input of [bytes, Stream.rechunk(bytes, 1)]) {
        const { end, seen } = yield* observe(input.pipe(PacketStream.decode(client)))
        assert.deepStrictEqual(seen, [Packet.pingResp, Packet.pingResp, Packet.pingResp])
        const error = Either.getOrThrow(Either.flip(end))
        assert.deepInclude(error, { _tag: "MalformedPacket", specSection: "2.1.2" })
      }
    }))

  it.effect("case 42: fails where the bytes end inside a packet, after the packets before", () =>
    Effect.gen(function*() {
      const { end, seen } = yield* observe(
        Stream.make(fromHex("d00040"), fromHex("0300")).pipe(PacketStream.decode(client))
      )
      assert.deepStrictEqual(seen, [Packet.pingResp])
      assert.deepStrictEqual(end, Either.left(new PacketStream.UnfinishedPacket({ pendingBytes: 3 })))
      assert.strictEqual(
        Either.getOrThrow(Either.flip(end)).message,
        "The bytes ended inside a packet, of which 3 had arrived"
      )
    }))

  it.effect("ends where the bytes end between packets, also without any", () =>
    Effect.gen(function*() {
      for (const input of [Stream.empty, Stream.make(fromHex("")), Stream.make(fromHex("d000"))]) {
        const { end } = yield* observe(input.pipe(PacketStream.decode(client)))
        assert.deepStrictEqual(end, Either.right(undefined))
      }
    }))

  it.effect("passes a failure of the input on, also inside a packet", () =>
    Effect.gen(function*() {
      const input = Stream.make(fromHex("d0")).pipe(Stream.concat(Stream.fail("reset" as const)))
      const { end } = yield* observe(input.pipe(PacketStream.decode(client)))
      assert.deepStrictEqual(end, Either.left("reset"))
    }))

  it.effect("begins anew each time the stream is run", () =>
    Effect.gen(function*() {
      const stream = Stream.make(fromHex("d0")).pipe(PacketStream.decode(client))
      for (let round = 0; round < 2; round++) {
        assert.deepStrictEqual((yield* observe(stream)).end._tag, "Left")
      }
      const learned = Stream.make(fromHex("100d00044d515454040200 3c000163".replace(" ", ""))).pipe(
        PacketStream.decode({ role: "server" })
      )
      for (let round = 0; round < 2; round++) assert.strictEqual((yield* observe(learned)).seen.length, 1)
    }))

  it.effect("gives one chunk of packets for a chunk of bytes", () =>
    Effect.gen(function*() {
      const chunks = yield* Stream.make(fromHex("d000d000d0"), fromHex("00"), fromHex("d0"), fromHex("00d000")).pipe(
        Stream.rechunk(1),
        PacketStream.decode(client),
        Stream.chunks,
        Stream.runCollect
      )
      assert.deepStrictEqual(Chunk.toArray(chunks).map(Chunk.size), [2, 1, 2])
    }))

  it.effect("takes more packets in a chunk than a call has room for arguments", () =>
    Effect.gen(function*() {
      const many = new Uint8Array(600_000)
      for (let at = 0; at < many.length; at += 2) many[at] = 0xd0
      const pieces = Stream.fromChunk(Chunk.make(many, many))
      assert.strictEqual(yield* pieces.pipe(PacketStream.decode(client), Stream.runCount), 600_000)
    }))
})

describe("PacketStream.decodeChannel", () => {
  it.effect("hands on the final value of the input", () =>
    Effect.gen(function*() {
      const input = Channel.zipRight(Channel.write(Chunk.of(fromHex("d000"))), Channel.succeed("closed by peer"))
      const [packets, done] = yield* Channel.pipeTo(input, PacketStream.decodeChannel<never, string>(client)).pipe(
        Channel.runCollect
      )
      assert.deepStrictEqual(Chunk.toArray(Chunk.flatten(packets)), [Packet.pingResp])
      assert.strictEqual(done, "closed by peer")
    }))
})

describe("PacketStream.encode", () => {
  it.effect("gives bytes that decode to the packets, in both versions", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom(4 as const, 5 as const).chain((version) =>
            fc.tuple(fc.constant(version), fc.array(packet(version), { maxLength: 6 }))
          ),
          ([version, packets]) =>
            Stream.fromIterable(packets).pipe(
              PacketStream.encode(version),
              PacketStream.decode({ version }),
              Stream.runCollect,
              Effect.map((all) => {
                assert.deepStrictEqual<unknown>(Chunk.toArray(all), packets.map((one) => canonical(one, version)))
              }),
              Effect.runPromise
            )
        ),
        runs(100)
      )
    ))

  it.effect("joins the short packets of a chunk, and hands large payloads on", () =>
    Effect.gen(function*() {
      const large = Packet.publish({ topic: "t", payload: new Uint8Array(40).fill(1) })
      const pieces = yield* Stream.fromIterable<Packet.Packet>([Packet.pingReq, Packet.pingReq, large]).pipe(
        PacketStream.encode(5, { largePayloadBytes: 40 }),
        Stream.runCollect
      )
      assert.deepStrictEqual(Chunk.toArray(pieces).map(toHex), ["c000c000302c00017400", "01".repeat(40)])
      assert.strictEqual(Chunk.toArray(pieces)[1], large.payload)
    }))

  it.effect("gives the bytes before a packet that cannot be sent, then the reason", () =>
    Effect.gen(function*() {
      const bad = Packet.publish({ topic: "a/#", payload: new Uint8Array(0) })
      const { end, seen } = yield* observe(
        Stream.fromIterable<Packet.Packet>([Packet.pingReq, bad, Packet.pingReq]).pipe(PacketStream.encode(5))
      )
      assert.deepStrictEqual(seen.map(toHex), ["c000"])
      assert.strictEqual(Either.getOrThrow(Either.flip(end)).reasonCode, 0x90)
      const first = yield* Stream.make(bad).pipe(PacketStream.encode(5), Stream.runCollect, Effect.exit)
      assert.isTrue(Exit.isFailure(first))
    }))

  it.effect("holds packets to the maximum of the peer, and ends with its input", () =>
    Effect.gen(function*() {
      const { end } = yield* observe(Stream.make(Packet.pingReq).pipe(PacketStream.encode(5, { maxPacketBytes: 1 })))
      assert.strictEqual(Either.getOrThrow(Either.flip(end))._tag, "PacketTooLarge")
      const failed = Stream.make(Packet.pingReq).pipe(Stream.concat(Stream.fail("stop" as const)))
      assert.deepStrictEqual((yield* observe(failed.pipe(PacketStream.encode(5)))).end, Either.left("stop"))
      assert.deepStrictEqual(
        yield* Stream.empty.pipe(PacketStream.encode(5), Stream.runCollect),
        Chunk.empty<Uint8Array>()
      )
    }))

  it.effect("does not write into what it gave out", () =>
    Effect.gen(function*() {
      const pieces = yield* Stream.range(1, 50).pipe(
        Stream.map((packetId) => Packet.pubAck({ packetId })),
        Stream.rechunk(1),
        PacketStream.encode(4),
        Stream.runCollect
      )
      const ids = Chunk.toArray(pieces).map((piece) => piece[3])
      assert.deepStrictEqual(ids, Array.from({ length: 50 }, (_, index) => index + 1))
    }))
})
