import { MqttError } from "@effect-mqtt/connection"
import type { Wire } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, FiberRef, Runtime } from "effect"
import type { ReceiverOwner } from "../../../../src/internal/client/link/receiver.ts"
import { Receiver } from "../../../../src/internal/client/link/receiver.ts"
import { Unread } from "../../../../src/internal/transport/unread.ts"

const settle = Effect.repeatN(Effect.yieldNow(), 20)
const bytes = (value: number) => Uint8Array.of(value)

const wireOf = (read: Wire.Wire["read"]): Wire.Wire => ({
  read,
  write: () => Effect.void,
  shutdown: Effect.void,
  canPause: true
})

/** A receiver that notes what it does, and what it is told to do. */
const start = (wire: Wire.Wire) =>
  Effect.gen(function*() {
    const received: Array<number> = []
    const ends: Array<MqttError.TransportError> = []
    const stops: Array<boolean> = []
    const endings: Array<Effect.Effect<never>> = []
    const told = { mustStop: false, mustYield: false, work: Effect.void, hasWork: false, isBroken: false }
    const owner: ReceiverOwner = {
      receive: ([value = -1]) => {
        if (told.isBroken) throw new Error("broken")
        received.push(value)
      },
      wireEnded: (cause) => ends.push(cause),
      nextWork: () => {
        const work = told.hasWork ? told.work : undefined
        told.hasWork = false
        return work
      },
      mustStop: () => told.mustStop,
      onStopped: (isStopped) => stops.push(isStopped),
      mustYield: () => told.mustYield,
      over: (ending) => endings.push(ending)
    }
    const fork = Runtime.runFork(yield* Effect.runtime<never>())
    const scheduler = yield* FiberRef.get(FiberRef.currentScheduler)
    const receiver = new Receiver(wire, scheduler, fork, owner)
    yield* Effect.addFinalizer(() => receiver.stop())
    receiver.start()
    return { receiver, received, ends, stops, endings, told }
  })

const source = () => {
  const flow: Array<string> = []
  const unread = new Unread({ pause: () => flow.push("pause"), resume: () => flow.push("resume") })
  return { unread, flow, wire: wireOf(unread) }
}

describe("the receiver of a link", () => {
  it.scoped("takes bytes in the turn in which they arrive, and the end behind them", () =>
    Effect.gen(function*() {
      const { unread, wire } = source()
      unread.push(bytes(1))
      const { ends, received } = yield* start(wire)
      assert.deepStrictEqual(received, [1])
      unread.push(bytes(2))
      assert.deepStrictEqual(received, [1, 2])
      unread.end(new MqttError.TransportError({ reason: "Closed" }))
      assert.deepStrictEqual(ends.map(({ reason }) => reason), ["Closed"])
    }))

  it.scoped("leaves bytes where they are while it must, which pauses their source", () =>
    Effect.gen(function*() {
      const { flow, unread, wire } = source()
      const { received, receiver, stops, told } = yield* start(wire)
      told.mustStop = true
      unread.push(bytes(1))
      unread.push(new Uint8Array(100_000))
      assert.deepStrictEqual([received, stops, flow], [[], [true], ["pause"]])
      told.mustStop = false
      receiver.wake()
      assert.deepStrictEqual(received, [])
      yield* settle
      assert.deepStrictEqual([received, stops, flow], [[1, 0], [true, false], ["pause", "resume"]])
    }))

  it.scoped("does what has to be done before it takes more", () =>
    Effect.gen(function*() {
      const { unread, wire } = source()
      const { received, told } = yield* start(wire)
      const done = yield* Deferred.make<void>()
      told.work = Deferred.await(done)
      told.hasWork = true
      unread.push(bytes(1))
      yield* settle
      assert.deepStrictEqual(received, [])
      yield* Deferred.succeed(done, undefined)
      yield* settle
      assert.deepStrictEqual(received, [1])
    }))

  it.scoped("lets others have a turn where they have to", () =>
    Effect.gen(function*() {
      const { unread, wire } = source()
      const { received, told } = yield* start(wire)
      told.mustYield = true
      unread.push(bytes(1))
      unread.push(bytes(2))
      assert.deepStrictEqual(received, [1])
      yield* settle
      assert.deepStrictEqual(received, [1, 2])
    }))

  it.scoped("ends the link over a defect, as it does over one of what it had to do", () =>
    Effect.gen(function*() {
      const { unread, wire } = source()
      const { endings, told } = yield* start(wire)
      told.isBroken = true
      unread.push(bytes(1))
      told.work = Effect.dieMessage("bad work")
      told.hasWork = true
      unread.push(bytes(2))
      yield* settle
      const defects = yield* Effect.forEach(endings, (ending) => Effect.exit(ending))
      assert.deepStrictEqual(
        defects.map((exit) => Exit.isFailure(exit) && String(Cause.squash(exit.cause))),
        ["Error: broken", "RuntimeException: bad work"]
      )
    }))

  it.scoped("reads a wire that can only be read one piece ahead, and no more while nothing is taken", () =>
    Effect.gen(function*() {
      let reads = 0
      const read = Effect.suspend(() => ++reads < 4 ? Effect.succeed(bytes(reads)) : Effect.never)
      const { received, receiver, told } = yield* start(wireOf(read))
      told.mustStop = true
      yield* settle
      const before = received.length
      assert.isAtMost(reads, before + 1)
      told.mustStop = false
      receiver.wake()
      yield* settle
      assert.deepStrictEqual(received, [1, 2, 3])
    }))

  it.scoped("hears of the end of such a wire, and of its defects", () =>
    Effect.gen(function*() {
      const broken = yield* start(wireOf(Effect.dieMessage("bad wire")))
      const ended = yield* start(wireOf(new MqttError.TransportError({ reason: "Read" })))
      yield* settle
      assert.lengthOf(broken.endings, 1)
      assert.deepStrictEqual(ended.ends.map(({ reason }) => reason), ["Read"])
    }))

  it.effect("takes nothing more when it is stopped", () =>
    Effect.gen(function*() {
      const { unread, wire } = source()
      const { received } = yield* Effect.scoped(start(wire))
      unread.push(bytes(1))
      yield* settle
      assert.deepStrictEqual(received, [])
      assert.deepStrictEqual(yield* unread, bytes(1))
    }))
})
