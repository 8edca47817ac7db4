/** Clients encode into memory that others have had: only what has left a socket may be written again. */
import { Decoder, Packet } from "@effect-mqtt/codec"
import { MqttClient, Transport } from "@effect-mqtt/connection"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import { Duplex } from "node:stream"
import { bytesOf } from "../sessionRig.ts"

const clientCount = 12
const steps = 400

/** The same numbers in each run of a seed. */
const random = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(state / 2 ** 32 * below)
  }
}

/** A socket of which the operating system reads the memory as late as it may: when the test lets a write go. */
class SlowSocket extends Duplex {
  readonly sent: Array<Uint8Array> = []
  #held: { readonly chunks: ReadonlyArray<{ readonly chunk: Uint8Array }>; readonly done: () => void } | undefined

  constructor(writableHighWaterMark: number) {
    super({ writableHighWaterMark })
  }

  get isBusy(): boolean {
    return this.#held !== undefined
  }

  override _read(): void {}

  override _writev(chunks: ReadonlyArray<{ readonly chunk: Uint8Array }>, done: () => void): void {
    this.#held = { chunks, done }
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this._writev([{ chunk }], done)
  }

  letGo(): void {
    const held = this.#held
    if (held === undefined) return
    this.#held = undefined
    if (this.sent.length === 0) this.push(bytesOf(5, Packet.connAck()))
    for (const { chunk } of held.chunks) this.sent.push(Uint8Array.from(chunk))
    held.done()
  }
}

const settle = Effect.promise(() => new Promise(setImmediate))

/** Says of whom it is, which one it is, and has a length of its own; each byte of the rest can be told from another client's. */
const payloadOf = (owner: number, index: number): Uint8Array =>
  Uint8Array.from(
    { length: 3 + index * 37 % 700 },
    (_, at) => at === 0 ? owner : at === 1 ? index >> 8 : index + at - 2
  )

const publishesIn = (sent: ReadonlyArray<Uint8Array>): ReadonlyArray<Uint8Array> => {
  const decoder = Decoder.make({ role: "server" })
  const packets = sent.flatMap((chunk) => {
    const { error, packets } = decoder.push(chunk)
    assert.isUndefined(error)
    return packets
  })
  return packets.flatMap((packet) => packet._tag === "Publish" ? [packet.payload] : [])
}

/** One client after the other publishes, and has its sockets break, as the numbers say. */
class Publisher {
  socket = new SlowSocket(1)
  #published = 0
  /** The next one that the server may see. */
  #next = 0
  #waiting = 0
  readonly #owner: number
  readonly #highWaterMark: number

  constructor(owner: number, highWaterMark: number) {
    this.#owner = owner
    this.#highWaterMark = highWaterMark
  }

  get layer(): Layer.Layer<Transport.Transport> {
    return Layer.succeed(Transport.Transport, {
      open: () => {
        this.socket = new SlowSocket(this.#highWaterMark)
        return NodeTransport.fromSocket(this.socket)
      }
    })
  }

  /** Fewer than would make a publish wait. */
  get isFull(): boolean {
    return this.#waiting > 30
  }

  letGo(): void {
    this.#waiting = 0
    this.socket.letGo()
  }

  publish(client: MqttClient.MqttClient["Type"]): Effect.Effect<void> {
    this.#waiting++
    const payload = payloadOf(this.#owner, this.#published++)
    return Effect.asVoid(Effect.orDie(client.publish(`from/${this.#owner}`, payload)))
  }

  /** What came over the socket is what its client has published meanwhile, in order, up to where the socket broke. */
  assertSent(): void {
    for (const payload of publishesIn(this.socket.sent)) {
      assert.deepStrictEqual(payload.slice(), payloadOf(this.#owner, this.#next++))
    }
  }

  /** A socket that is not drained takes with it what it holds, and what waits behind that. */
  breakSocket(): void {
    this.assertSent()
    this.#next = this.#published
    this.socket.destroy()
  }

  assertAllSent(): void {
    this.assertSent()
    assert.strictEqual(this.#next, this.#published)
  }
}

const publishAll = (seed: number) =>
  Effect.gen(function*() {
    const below = random(seed)
    const publishers = yield* Effect.forEach(Array.from({ length: clientCount }), (_, owner) =>
      Effect.gen(function*() {
        const publisher = new Publisher(owner, owner % 2 === 0 ? 256 : 16_384)
        const making = yield* Effect.fork(
          MqttClient.make({ url: "mqtt://slow", drainTimeout: 0, reconnect: Schedule.forever }).pipe(
            Effect.provide(publisher.layer)
          )
        )
        yield* settle
        publisher.letGo()
        const client = yield* making
        // A goodbye would wait to be let go.
        yield* Effect.addFinalizer(() => Effect.zipRight(Effect.sync(() => publisher.socket.destroy()), settle))
        return { publisher, client }
      }))
    for (let step = 0; step < steps; step++) {
      const { client, publisher } = publishers[below(clientCount)] ?? assert.fail()
      const action = below(16)
      if (action === 0) {
        publisher.breakSocket()
        yield* settle
        yield* settle
        publisher.letGo()
        yield* settle
        assert.strictEqual((yield* client.status.get)._tag, "Connected")
      } else if (action < 9 || publisher.isFull) publisher.letGo()
      else yield* Effect.forEach(Array.from({ length: 1 + below(6) }), () => publisher.publish(client))
      if (below(3) > 0) yield* settle
    }
    for (const { publisher } of publishers) {
      yield* settle
      while (publisher.socket.isBusy) {
        publisher.letGo()
        yield* settle
      }
      publisher.assertAllSent()
    }
  })

describe("clients of one program", () => {
  for (const seed of [1, 2, 3]) {
    it.scoped(`send nothing of each other's over slow sockets that break, seed ${seed}`, () => publishAll(seed))
  }
})
