import { type Frame, LocalChannel, LocalNetwork } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Redacted, Scope, TestClock } from "effect"
import { localKey } from "./fakeRobot.ts"
import * as LocalDevice from "./localDevice.ts"
import { utf8 } from "./vectors.ts"

const settle = TestClock.adjust("10 millis")

const open = (network: LocalNetwork.MemoryNetwork, options: Partial<LocalChannel.Options> = {}) => {
  const heard: Array<Frame.Frame> = []
  const skipped: Array<Frame.FrameError> = []
  return Effect.map(
    Effect.provideService(
      LocalChannel.make({
        host: LocalDevice.host,
        localKey,
        onFrames: (frames, errors) => Effect.sync(() => void (heard.push(...frames), skipped.push(...errors))),
        ...options
      }),
      LocalNetwork.LocalNetwork,
      network.network
    ),
    (channel) => ({ channel, heard, skipped })
  )
}

const texts = (frames: ReadonlyArray<Frame.Frame>) => frames.map(({ payload }) => new TextDecoder().decode(payload))

describe("hello", () => {
  it.scoped("1.0: opens, sends what the device can read, and hears its answers", () =>
    Effect.gen(function*() {
      const network = yield* LocalNetwork.makeMemory
      const device = yield* LocalDevice.listen(network, {
        version: "1.0",
        answer: () => [LocalDevice.seal("1.0", utf8("answer"))]
      })
      const { channel, heard } = yield* open(network)
      assert.strictEqual(channel.version, "1.0")
      yield* channel.send(4, (timestamp) => utf8(`asked at ${timestamp}`))
      yield* settle
      const [, asked] = device.seen
      assert.strictEqual(asked?._tag === "Data" && new TextDecoder().decode(asked.frame.payload), "asked at 0")
      assert.deepStrictEqual(texts(heard), ["answer"])
    }))

  it.scoped("L01: is tried on the same connection when 1.0 gets no answer, and seals with both nonces", () =>
    Effect.gen(function*() {
      const network = yield* LocalNetwork.makeMemory
      const device = yield* LocalDevice.listen(network, {
        version: "L01",
        answer: (message, keys) =>
          message._tag === "Data" ? [LocalDevice.seal("L01", message.frame.payload, keys.nonces)] : []
      })
      const opening = yield* Effect.fork(open(network))
      yield* TestClock.adjust("5 seconds")
      const { channel, heard } = yield* Fiber.join(opening)
      assert.strictEqual(channel.version, "L01")
      assert.lengthOf(device.wires, 1)
      yield* channel.send(4, () => utf8("secret"))
      yield* settle
      assert.deepStrictEqual(texts(heard), ["secret"])
    }))

  for (const version of ["A01", "B01"] as const) {
    it.scoped(`${version}: is spoken when it is asked for`, () =>
      Effect.gen(function*() {
        const network = yield* LocalNetwork.makeMemory
        yield* LocalDevice.listen(network, { version, answer: () => [LocalDevice.seal(version, utf8("yes"))] })
        const { channel, heard } = yield* open(network, { versions: [version] })
        yield* channel.send(4, () => utf8("there?"))
        yield* settle
        assert.deepStrictEqual(texts(heard), ["yes"])
      }))
  }

  it.scoped("nobody there, nobody answering, and being refused are told apart", () =>
    Effect.gen(function*() {
      const network = yield* LocalNetwork.makeMemory
      const nobody = yield* Effect.flip(open(network))
      assert.deepInclude(nobody, { reason: "Unreachable", service: "device" })
      assert.strictEqual(
        nobody.message,
        "The device on the home network cannot be reached. Check the network connection."
      )
      yield* Effect.scoped(Effect.gen(function*() {
        yield* LocalDevice.listen(network, { version: "B01" })
        const silent = yield* Effect.fork(Effect.flip(open(network)))
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual((yield* Fiber.join(silent)).reason, "TimedOut")
      }))
      yield* LocalDevice.listen(network, { version: "1.0", code: 3 })
      assert.deepInclude(yield* Effect.flip(open(network)), { reason: "HandshakeRefused", code: 3 })
    }))
})

describe("what comes in", () => {
  it.scoped("is put together and taken apart, and a damaged frame holds nothing up", () =>
    Effect.gen(function*() {
      const network = yield* LocalNetwork.makeMemory
      const device = yield* LocalDevice.listen(network, { version: "1.0" })
      const { heard, skipped } = yield* open(network)
      const [wire] = device.wires
      assert.isDefined(wire)
      const [one, two, three] = ["one", "two", "three"].map((text) => LocalDevice.seal("1.0", utf8(text)))
      assert.isDefined(one)
      assert.isDefined(two)
      assert.isDefined(three)
      const damaged = two.slice()
      damaged[30] = (damaged[30] ?? 0) ^ 1
      const stream = Uint8Array.from([...one, ...damaged, ...three])
      for (let at = 0; at < stream.length; at += 7) yield* wire.write([stream.slice(at, at + 7)])
      yield* wire.write([one, three])
      yield* settle
      assert.deepStrictEqual(texts(heard), ["one", "three", "one", "three"])
      assert.deepStrictEqual(skipped.map(({ reason }) => reason), ["CrcMismatch"])
    }))

  it.scoped("no sense for 16 kB is the end of the connection", () =>
    Effect.gen(function*() {
      const network = yield* LocalNetwork.makeMemory
      const device = yield* LocalDevice.listen(network, { version: "1.0" })
      const { channel } = yield* open(network)
      yield* device.wires[0]?.write([new Uint8Array(20_000).fill(0xff)]) ?? Effect.void
      assert.strictEqual((yield* channel.closed).reason, "BadAnswer")
    }))
})

describe("the end", () => {
  it.scoped("comes when two pings are not answered, and not while they are", () =>
    Effect.gen(function*() {
      const network = yield* LocalNetwork.makeMemory
      const device = yield* LocalDevice.listen(network, { version: "1.0" })
      const { channel } = yield* open(network)
      const closed = yield* Effect.fork(channel.closed)
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual((yield* Fiber.poll(closed))._tag, "None")
      assert.lengthOf(device.seen, 1 + 30)
      device.state.answersPings = false
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual((yield* Fiber.join(closed)).reason, "TimedOut")
    }))

  it.scoped("comes when the device hangs up, and sending fails then", () =>
    Effect.gen(function*() {
      const network = yield* LocalNetwork.makeMemory
      const device = yield* LocalDevice.listen(network, { version: "1.0" })
      const { channel } = yield* open(network)
      yield* device.wires[0]?.shutdown ?? Effect.void
      assert.strictEqual((yield* channel.closed).reason, "ConnectionLost")
      assert.strictEqual((yield* Effect.flip(channel.send(4, () => utf8("x"))))._tag, "ConnectError")
    }))

  it.scoped("closes the connection with the scope", () =>
    Effect.gen(function*() {
      const network = yield* LocalNetwork.makeMemory
      const device = yield* LocalDevice.listen(network, { version: "1.0" })
      const scope = yield* Scope.make()
      yield* Scope.extend(open(network), scope)
      yield* Scope.close(scope, Exit.void)
      const [wire] = device.wires
      assert.isDefined(wire)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.forever(wire.read))))
    }))

  it.scoped("does not come from a request that fits no frame", () =>
    Effect.gen(function*() {
      const network = yield* LocalNetwork.makeMemory
      const device = yield* LocalDevice.listen(network, { version: "1.0" })
      const { channel } = yield* open(network)
      const error = yield* Effect.flip(channel.send(4, () => new Uint8Array(70_000)))
      assert.strictEqual(error.reason, "PayloadTooLarge")
      yield* channel.send(4, () => utf8("small"))
      yield* settle
      assert.lengthOf(device.seen, 2)
    }))
})

it.scoped("another key is another device: its frames are skipped", () =>
  Effect.gen(function*() {
    const network = yield* LocalNetwork.makeMemory
    const device = yield* LocalDevice.listen(network, { version: "1.0" })
    const { heard, skipped } = yield* open(network, { localKey: Redacted.make("anotherkeyanothe") })
    yield* device.wires[0]?.write([LocalDevice.seal("1.0", utf8("hello"))]) ?? Effect.void
    yield* settle
    assert.deepStrictEqual([heard.length, skipped.length], [0, 1])
  }))
