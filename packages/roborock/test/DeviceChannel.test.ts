import { DeviceChannel, MapResponse, RoborockError, Rpc, Security } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Option, Redacted, Scope, Stream, TestClock } from "effect"
import * as FakeRobot from "./fakeRobot.ts"

const open = (robot: ReturnType<typeof FakeRobot.make>) =>
  DeviceChannel.make({ duid: "d1", localKey: FakeRobot.localKey, mqttKey: FakeRobot.mqttKey }).pipe(
    Effect.provide(robot.layer)
  )

const failureOf = <A, E>(effect: Effect.Effect<A, E>) => Effect.flip(Effect.asVoid(effect))

const silent = () => FakeRobot.make(() => "silence")

describe("request", () => {
  it.scoped("sends the method with its parameters and gives the result", () =>
    Effect.gen(function*() {
      const robot = FakeRobot.make(() => ({ result: [74] }))
      const channel = yield* open(robot)
      assert.deepStrictEqual(yield* channel.request("get_sound_volume", ["a"]), [74])
      const [request] = robot.sent
      assert.strictEqual(request?.method, "get_sound_volume")
      assert.deepStrictEqual(request.params, ["a"])
      assert.strictEqual(request.security?.endpoint, "87ItGWdb")
      assert.deepInclude(yield* channel.stats, { answers: 1, unmatched: 0, damaged: 0 })
    }))

  it.scoped("ids are unique, fit 16 bits, and do not begin at the same number each time", () =>
    Effect.gen(function*() {
      const robot = FakeRobot.make(() => ({ result: "ok" }))
      const first = yield* open(robot)
      yield* Effect.forEach(Array.from({ length: 20 }), () => first.request("x"))
      const second = yield* open(robot)
      yield* second.request("x")
      const ids = robot.sent.map(({ id }) => id)
      assert.strictEqual(new Set(ids).size, 21)
      for (const id of ids) assert.isTrue(id > 0 && id < 65536)
      assert.notStrictEqual(ids[20], ids[0])
    }))

  it.scoped("arguments that are no JSON are a typed failure, and nothing is sent", () =>
    Effect.gen(function*() {
      const robot = FakeRobot.make(() => ({ result: "ok" }))
      const channel = yield* open(robot)
      const ring: Array<unknown> = []
      ring.push(ring)
      for (const params of [[1n], ring]) {
        const error = yield* failureOf(channel.request("app_start", params))
        assert.deepInclude(error, { _tag: "RequestError", reason: "InvalidArgument" })
      }
      assert.lengthOf(robot.sent, 0)
    }))

  it.scoped("a device that does not answer is a typed failure after ten seconds", () =>
    Effect.gen(function*() {
      const channel = yield* open(silent())
      const fiber = yield* Effect.fork(failureOf(channel.request("get_status")))
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual((yield* Fiber.poll(fiber))._tag, "None")
      yield* TestClock.adjust("1 second")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error._tag, "RequestError")
      assert.strictEqual(error.reason, "TimedOut")
      assert.strictEqual(error.message, "get_status: the device did not answer in time")
    }))

  it.scoped("what was sent before the link dropped fails at once, what waits for the link goes on waiting", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      const before = yield* Effect.fork(failureOf(channel.request("get_status")))
      yield* TestClock.adjust("1 second")
      robot.setTrouble(Effect.never)
      const during = yield* Effect.fork(failureOf(channel.request("get_status")))
      yield* TestClock.adjust("1 second")
      yield* robot.setLink({ _tag: "Down" })
      const error = yield* Fiber.join(before)
      assert.strictEqual(error._tag, "RequestError")
      assert.strictEqual(error.reason, "ConnectionLost")
      assert.strictEqual((yield* Fiber.poll(during))._tag, "None")
    }))

  it.scoped("a link that stays down is told apart, and the request is not sent later", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      robot.setTrouble(Effect.never)
      const fiber = yield* Effect.fork(failureOf(channel.request("app_start")))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).reason, "NotConnected")
      robot.setTrouble(
        new RoborockError.ConnectError({ reason: "Unreachable", service: "MQTT broker", retryable: true })
      )
      const refused = yield* failureOf(channel.request("app_start"))
      assert.strictEqual(refused.reason, "NotConnected")
      assert.deepStrictEqual(robot.sent, [])
    }))

  it.scoped("a request that the broker does not take is too large", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      robot.setTrouble(
        new RoborockError.ConnectError({ reason: "Unsendable", service: "MQTT broker", retryable: false })
      )
      assert.strictEqual((yield* failureOf(channel.request("set_timer"))).reason, "TooLarge")
    }))

  it.scoped("waits for a link that comes back in time, on the same clock as the answer", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      robot.setTrouble(Effect.sleep("6 seconds"))
      const fiber = yield* Effect.fork(failureOf(channel.request("get_status")))
      yield* TestClock.adjust("6 seconds")
      assert.lengthOf(robot.sent, 1)
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).reason, "TimedOut")
    }))

  for (
    const [answer, reason] of [
      [{ error: { code: -10007, message: "invalid status" } }, "InvalidState"],
      [{ error: { code: -10001, message: "no" } }, "Refused"],
      [{ result: "unknown_method" }, "UnknownMethod"],
      [{ result: "some text" }, "Refused"]
    ] as const
  ) {
    it.scoped(`${JSON.stringify(answer)} is DeviceError ${reason}`, () =>
      Effect.gen(function*() {
        const channel = yield* open(FakeRobot.make(() => answer))
        const error = yield* failureOf(channel.request("app_start"))
        assert.strictEqual(error._tag, "DeviceError")
        assert.strictEqual(error.reason, reason)
      }))
  }

  it.scoped("a device that is preparing is asked again, three times at most", () =>
    Effect.gen(function*() {
      let busy = 2
      const robot = FakeRobot.make(() => ({ result: busy-- > 0 ? ["retry"] : ["ok"] }))
      const channel = yield* open(robot)
      const good = yield* Effect.fork(channel.request("get_map_v1"))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* Fiber.join(good), ["ok"])
      busy = 100
      const bad = yield* Effect.fork(failureOf(channel.request("get_map_v1")))
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(bad)).reason, "Busy")
      assert.lengthOf(robot.sent, 3 + 4)
    }))

  it.scoped("answers may come in any order", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      const first = yield* Effect.fork(channel.request("first"))
      const second = yield* Effect.fork(channel.request("second"))
      yield* TestClock.adjust(0)
      for (const request of [...robot.sent].reverse()) yield* robot.reply(request, { result: [request.method] })
      assert.deepStrictEqual(yield* Fiber.join(first), ["first"])
      assert.deepStrictEqual(yield* Fiber.join(second), ["second"])
    }))

  it.scoped("more than sixteen at once wait for earlier ones, each on its own time", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      const all = yield* Effect.fork(
        Effect.forEach(Array.from({ length: 20 }), () => failureOf(channel.request("x")), { concurrency: "unbounded" })
      )
      yield* TestClock.adjust("4 seconds")
      assert.lengthOf(robot.sent, 16)
      const [first, second] = robot.sent
      assert.isDefined(first)
      assert.isDefined(second)
      const refusal = { error: { code: -10001, message: "no" } }
      yield* Effect.zipRight(robot.reply(first, refusal), robot.reply(second, refusal))
      yield* TestClock.adjust("5 seconds")
      assert.lengthOf(robot.sent, 18)
      assert.isTrue(Option.isNone(yield* Fiber.poll(all)))
      yield* TestClock.adjust("1 second")
      const reasons = (yield* Fiber.join(all)).map(({ reason }) => reason)
      assert.deepStrictEqual(
        [reasons.filter((reason) => reason === "TimedOut").length, reasons.slice(18)],
        [16, ["QueueTimeout", "QueueTimeout"]]
      )
      assert.lengthOf(robot.sent, 18)
    }))

  it.scoped("a command does not wait for questions that nobody answers", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      const ask = Effect.fork(failureOf(channel.request("get_status")))
      const asking = yield* Effect.replicateEffect(ask, 17)
      const stopping = yield* Effect.fork(failureOf(channel.request("app_stop")))
      yield* TestClock.adjust("1 second")
      const methods = robot.sent.map(({ method }) => method)
      assert.deepStrictEqual(methods, [...Array.from({ length: 16 }, () => "get_status"), "app_stop"])
      yield* TestClock.adjust("10 seconds")
      yield* Effect.forEach([...asking, stopping], Fiber.join)
    }))

  it.scoped("asking a busy device again does not make the time-out longer", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      const fiber = yield* Effect.fork(failureOf(channel.request("get_map_v1")))
      yield* TestClock.adjust("6 seconds")
      const [request] = robot.sent
      assert.isDefined(request)
      yield* robot.reply(request, { result: ["retry"] })
      yield* TestClock.adjust("1 second")
      assert.lengthOf(robot.sent, 2)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).reason, "TimedOut")
    }))

  it.scoped("works where nothing can be interrupted, as in a finalizer", () =>
    Effect.gen(function*() {
      const channel = yield* open(FakeRobot.make(() => ({ result: ["ok"] })))
      assert.deepStrictEqual(yield* Effect.uninterruptible(channel.request("app_charge")), ["ok"])
    }))
})

describe("requestHandle", () => {
  it.scoped("returns when the command is on its way, and later gives the result", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      const result = yield* channel.requestHandle("get_status")
      const [request] = robot.sent
      assert.isDefined(request)
      yield* robot.reply(request, { result: [1] })
      assert.deepStrictEqual(yield* result, [1])
      assert.deepStrictEqual(yield* result, [1])
    }))

  it.scoped("the end of its scope ends the waiting, and a late answer is counted", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      yield* Effect.scoped(Effect.asVoid(channel.requestHandle("get_status")))
      const [request] = robot.sent
      assert.isDefined(request)
      yield* robot.reply(request, { result: [1] })
      assert.deepInclude(yield* channel.stats, { answers: 0, unmatched: 1 })
    }))

  it.scoped("one that was answered takes no place anymore, even if its scope goes on", () =>
    Effect.gen(function*() {
      const channel = yield* open(FakeRobot.make(() => ({ result: "ok" })))
      const results = yield* Effect.forEach(Array.from({ length: 40 }), () => channel.requestHandle("x"))
      assert.deepStrictEqual(yield* Effect.all(results), results.map(() => "ok"))
    }))

  it.scoped("both phases share the time-out, and a busy device is for the caller to ask again", () =>
    Effect.gen(function*() {
      const robot = FakeRobot.make(({ method }) => method === "busy" ? { result: ["retry"] } : "silence")
      const channel = yield* open(robot)
      const busy = yield* channel.requestHandle("busy")
      assert.strictEqual((yield* failureOf(busy)).reason, "Busy")
      const result = yield* channel.requestHandle("get_status")
      yield* TestClock.adjust("7 seconds")
      const fiber = yield* Effect.fork(failureOf(result))
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).reason, "TimedOut")
      assert.lengthOf(robot.sent, 2)
    }))
})

describe("requestPhoto", () => {
  it.scoped("a photo for another client, with the id of a map of ours, is none of ours", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      const map = yield* Effect.fork(channel.requestMap("get_map_v1"))
      yield* TestClock.adjust(0)
      const [request] = robot.sent
      assert.isDefined(request)
      yield* robot.reply(request, { photo: Uint8Array.of(1) })
      assert.strictEqual((yield* channel.stats).unmatched, 1)
      yield* robot.reply(request, { map: Uint8Array.of(2) })
      assert.deepStrictEqual(yield* Fiber.join(map), Uint8Array.of(2))
    }))

  it.scoped("one that is too large is a failure", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      const waiting = yield* Effect.fork(failureOf(channel.requestPhoto("PHOTO0000000001A")))
      yield* TestClock.adjust(0)
      const [first] = robot.sent
      assert.isDefined(first)
      yield* robot.reply(first, { result: { pub_key: { n: "00aa", e: "010001" } } })
      yield* TestClock.adjust(0)
      const [, second] = robot.sent
      assert.isDefined(second)
      yield* robot.reply(second, { photo: new Uint8Array(17 * 1024 * 1024) })
      assert.strictEqual((yield* Fiber.join(waiting)).reason, "BadAnswer")
    }))
})

describe("requestMap", () => {
  const file = new TextEncoder().encode("rr-map-bytes")

  it.scoped("gives the inflated map file", () =>
    Effect.gen(function*() {
      const channel = yield* open(FakeRobot.make(() => ({ map: file })))
      assert.deepStrictEqual(yield* channel.requestMap("get_map_v1"), file)
    }))

  it.scoped("is sent one at a time", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      const both = yield* Effect.fork(
        Effect.all([channel.requestMap("get_map_v1"), channel.requestMap("get_map_v1")], { concurrency: 2 })
      )
      yield* TestClock.adjust("1 second")
      assert.lengthOf(robot.sent, 1)
      for (const index of [0, 1]) {
        const request = robot.sent[index]
        assert.isDefined(request)
        yield* robot.reply(request, { map: file })
        yield* TestClock.adjust(0)
      }
      assert.lengthOf(yield* Fiber.join(both), 2)
    }))

  it.scoped("waiting for another map counts", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      const first = yield* Effect.fork(failureOf(channel.requestMap("get_map_v1")))
      const second = yield* Effect.fork(failureOf(channel.requestMap("get_map_v1", [], { timeout: "5 seconds" })))
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(second)).reason, "QueueTimeout")
      yield* TestClock.adjust("15 seconds")
      assert.strictEqual((yield* Fiber.join(first)).reason, "TimedOut")
      assert.lengthOf(robot.sent, 1)
    }))

  it.scoped("a refusal in the response ends it, an \"ok\" does not", () =>
    Effect.gen(function*() {
      const refusing = yield* open(FakeRobot.make(() => ({ error: { code: -10007, message: "locked" } })))
      assert.strictEqual((yield* failureOf(refusing.requestMap("get_map_v1"))).reason, "InvalidState")
      const channel = yield* open(FakeRobot.make(() => ({ result: ["ok"] })))
      const fiber = yield* Effect.fork(failureOf(channel.requestMap("get_map_v1")))
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).reason, "TimedOut")
    }))

  it.scoped("a map for another client is none of ours; a damaged one of ours is a failure", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      const fiber = yield* Effect.fork(failureOf(channel.requestMap("get_map_v1")))
      yield* TestClock.adjust(0)
      const [request] = robot.sent
      assert.isDefined(request)
      const nonce = Redacted.make(new Uint8Array(16))
      const other = Security.make(Redacted.make("other"), nonce)
      yield* robot.deliver(FakeRobot.seal(MapResponse.encode({ requestId: request.id, content: file }, other), 301))
      assert.deepInclude(yield* channel.stats, { unmatched: 1 })
      const wrongNonce = { endpoint: request.security?.endpoint ?? "", nonce }
      yield* robot.deliver(
        FakeRobot.seal(MapResponse.encode({ requestId: request.id, content: file }, wrongNonce), 301)
      )
      assert.strictEqual((yield* Fiber.join(fiber)).reason, "BadAnswer")
    }))
})

describe("what comes in", () => {
  it.scoped("answers to other clients and garbage break nothing and are counted", () =>
    Effect.gen(function*() {
      const robot = FakeRobot.make(() => ({ result: "ok" }))
      const channel = yield* open(robot)
      yield* robot.deliver(FakeRobot.seal(Rpc.encodeResponse({ id: 7, result: [] }, 1_700_000_000), 102))
      yield* robot.deliver(new Uint8Array(0))
      yield* robot.deliver(new Uint8Array([1, 2, 3]))
      yield* robot.deliver(FakeRobot.seal(new TextEncoder().encode("not json"), 102))
      yield* robot.deliver(FakeRobot.seal(new TextEncoder().encode("[]"), 500))
      yield* robot.deliver(FakeRobot.seal(new Uint8Array(5), 301))
      const damaged = FakeRobot.seal(new TextEncoder().encode("{}"), 102)
      damaged[damaged.length - 1] ^= 1
      yield* robot.deliver(damaged)
      assert.deepInclude(yield* channel.stats, { unmatched: 1, damaged: 5 })
      assert.strictEqual(yield* channel.request("app_start"), "ok")
    }))

  it.scoped("pushes are a stream", () =>
    Effect.gen(function*() {
      const robot = silent()
      const channel = yield* open(robot)
      const fiber = yield* Effect.fork(Stream.runCollect(Stream.take(channel.pushes, 2)))
      yield* TestClock.adjust(0)
      yield* robot.push({ 121: 5, 122: 80 })
      yield* robot.deliver(FakeRobot.seal(new TextEncoder().encode(`{"online":false}`), 500))
      const [first, second] = [...yield* Fiber.join(fiber)]
      assert.deepStrictEqual([...first?.dataPoints ?? []], [[121, 5], [122, 80]])
      assert.strictEqual(second?.online, false)
    }))

  it.effect("closing the channel fails what waits, telling apart what has left, and leaves nothing behind", () =>
    Effect.gen(function*() {
      const robot = silent()
      const scope = yield* Scope.make()
      const channel = yield* Scope.extend(open(robot), scope)
      const sent = yield* Effect.fork(failureOf(channel.request("app_start")))
      yield* TestClock.adjust(0)
      let released = false
      robot.setTrouble(Effect.ensuring(Effect.sleep("1 second"), Effect.sync(() => released = true)))
      const waiting = yield* Effect.fork(failureOf(channel.request("app_start")))
      yield* TestClock.adjust(0)
      yield* Scope.close(scope, Exit.void)
      const error = yield* Fiber.join(sent)
      assert.strictEqual(error.reason, "ConnectionLost")
      assert.strictEqual(error.message, "app_start: the connection ended before the answer came")
      assert.strictEqual((yield* Fiber.join(waiting)).reason, "NotConnected")
      assert.isTrue(released)
      assert.strictEqual((yield* failureOf(channel.request("app_start"))).reason, "NotConnected")
      yield* TestClock.adjust("1 minute")
      assert.lengthOf(robot.sent, 1)
      assert.strictEqual(robot.handlers.size, 0)
    }))
})
