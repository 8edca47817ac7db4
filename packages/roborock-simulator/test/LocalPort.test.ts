import { Transport } from "@effect-mqtt/connection"
import { type Frame, LocalFrame, Rpc } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Fiber, PubSub, Redacted, Stream, TestClock } from "effect"
import { LocalPort } from "../src/index.ts"

const localKey = Redacted.make("key123key123key1")
const device: LocalPort.Options["device"] = {
  handleLocal: (payload) =>
    Effect.sync(() => {
      const request = Rpc.decodeRequest(payload)
      return Either.isLeft(request)
        ? undefined
        : (timestamp) => Rpc.encodeResponse({ id: request.right.id, result: [request.right.method] }, timestamp)
    })
}

/** A connection to a robot, and what it sends for what it is sent. */
const connect = (version: LocalPort.LocalVersion) =>
  Effect.gen(function*() {
    const [near, far] = yield* Transport.makePipe
    const state = { silent: false }
    const pushes = yield* PubSub.bounded<(timestamp: number) => Uint8Array>(4)
    yield* Effect.forkScoped(
      LocalPort.serve({
        localKey,
        version,
        device,
        pushes: Stream.fromPubSub(pushes),
        isSilent: () => state.silent,
        onAnswered: Effect.void
      })(far)
    )
    const decoder = LocalFrame.makeDecoder()
    let nonces: Frame.Keys["nonces"]
    const exchange = (bytes: Uint8Array) => hear(near.write([bytes]))
    /** What comes within a second. */
    const hear = <E>(cause: Effect.Effect<unknown, E>) =>
      Effect.gen(function*() {
        yield* cause
        const reading = yield* Effect.fork(Effect.timeoutOption(near.read, "1 second"))
        yield* TestClock.adjust("1 second")
        const answer = yield* Fiber.join(reading)
        return answer._tag === "None" ? [] : decoder.push(answer.value, { localKey, nonces }).messages
      })
    return {
      exchange,
      state,
      push: (battery: number) =>
        hear(PubSub.publish(pushes, (timestamp: number) => Rpc.encodePush(new Map([[122, battery]]), timestamp))),
      greet: (hello: Uint8Array, connectNonce: number) =>
        Effect.map(exchange(hello), ([answer]) => {
          if (answer?._tag === "Control") nonces = { connectNonce, ackNonce: answer.control.random }
          return answer
        }),
      request: (method: string) =>
        exchange(Either.getOrThrow(
          LocalFrame.encode({
            version,
            seq: 9,
            random: 8,
            timestamp: 1_700_000_000,
            protocol: 4,
            payload: Rpc.encodeRequest({ id: 10, method }, 1_700_000_000)
          }, { localKey, nonces })
        ))
    }
  })

const control = { seq: 1, random: 12_345, timestamp: 1_700_000_000 }

/** The hello and ping frames of the three kinds of clients. */
const hellos = (version: LocalPort.LocalVersion) => [
  LocalFrame.encodeControl({ ...control, version, protocol: 0 }, "crc"),
  LocalFrame.encodeControl({ ...control, version, seq: 0, timestamp: 0, protocol: 0 }, 10)
]
const pings = (version: LocalPort.LocalVersion) => [
  LocalFrame.encodeControl({ ...control, version, protocol: 2 }, "crc"),
  LocalFrame.encodeControl({ ...control, version, protocol: 2 })
]

describe("serve", () => {
  for (const version of ["1.0", "L01"] as const) {
    it.scoped(`${version}: takes the hello and the ping of every client, and answers requests`, () =>
      Effect.gen(function*() {
        for (const hello of hellos(version)) {
          const phone = yield* connect(version)
          const greeting = yield* phone.greet(hello, control.random)
          assert.deepInclude(greeting?._tag === "Control" ? greeting.control : {}, { protocol: 1, version, word: 0 })
          for (const ping of pings(version)) {
            const [pong] = yield* phone.exchange(ping)
            assert.strictEqual(pong?._tag === "Control" && pong.control.protocol, 3)
          }
          const [answer] = yield* phone.request("get_status")
          assert.isTrue(answer?._tag === "Data")
          const read = answer?._tag === "Data" ? Either.getOrThrow(Rpc.decode(answer.frame.payload)) : undefined
          assert.deepStrictEqual(read?._tag === "Response" && read.outcome, Either.right(["get_status"]))
        }
      }))
  }

  it.scoped("tells what changes to who has said hello, and to nobody while it is silent", () =>
    Effect.gen(function*() {
      const phone = yield* connect("L01")
      assert.deepStrictEqual(yield* phone.push(90), [])
      const [hello] = hellos("L01")
      assert.isDefined(hello)
      yield* phone.greet(hello, control.random)
      const [pushed] = yield* phone.push(89)
      const read = pushed?._tag === "Data" ? Either.getOrThrow(Rpc.decode(pushed.frame.payload)) : undefined
      assert.deepStrictEqual(read?._tag === "Push" && [...read.dataPoints], [[122, 89]])
      phone.state.silent = true
      assert.deepStrictEqual(yield* phone.push(88), [])
    }))

  it.scoped("goes on when there is nothing more to tell, and tells and answers one after the other", () =>
    Effect.gen(function*() {
      const [near, far] = yield* Transport.makePipe
      const [hello] = hellos("1.0")
      assert.isDefined(hello)
      const writing = { now: 0, most: 0 }
      const told = (timestamp: number) => Rpc.encodePush(new Map([[122, 1]]), timestamp)
      const serving = yield* Effect.forkScoped(
        LocalPort.serve({
          localKey,
          version: "1.0",
          device,
          pushes: Stream.repeatEffect(Effect.as(Effect.sleep("1 second"), told)).pipe(Stream.take(4)),
          isSilent: () => false,
          onAnswered: Effect.void
        })({
          ...far,
          write: (pieces) =>
            Effect.suspend(() => {
              writing.most = Math.max(writing.most, ++writing.now)
              return Effect.delay(far.write(pieces), "1500 millis")
            }).pipe(Effect.ensuring(Effect.sync(() => writing.now--)))
        })
      )
      for (const _ of [1, 2, 3, 4]) {
        yield* near.write([hello])
        yield* TestClock.adjust("1700 millis")
      }
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(writing.most, 1)
      assert.isNull(serving.unsafePoll())
    }))

  it.scoped("says nothing to a hello in another version, before the hello, or while it is silent", () =>
    Effect.gen(function*() {
      const phone = yield* connect("L01")
      const [hello10] = hellos("1.0")
      const [hello] = hellos("L01")
      assert.isDefined(hello10)
      assert.isDefined(hello)
      assert.deepStrictEqual(yield* phone.exchange(hello10), [])
      assert.deepStrictEqual(yield* phone.exchange(pings("L01")[0] ?? hello10), [])
      assert.isDefined(yield* phone.greet(hello, control.random))
      phone.state.silent = true
      assert.deepStrictEqual(yield* phone.request("get_status"), [])
      phone.state.silent = false
      assert.lengthOf(yield* phone.request("get_status"), 1)
    }))
})
