import { MqttError } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import type { World } from "./durableWorld.ts"
import * as Worlds from "./durableWorld.ts"

/** One message of each kind in each direction. */
const exchanges: ReadonlyArray<readonly [string, (world: World) => void]> = [
  ["a publish at QoS 1", (world) => world.publish(1)],
  ["a publish at QoS 2", (world) => world.publish(2)],
  ["a message at QoS 1", (world) => world.send(1)],
  ["a message at QoS 2", (world) => world.send(2)],
  ["all of them at once", (world) => {
    for (const qos of [1, 2] as const) {
      world.publish(qos)
      world.send(qos)
      world.publish(0)
    }
  }]
]

const speeds: ReadonlyArray<Worlds.Faster> = ["store", "wire"]

const cases = exchanges.flatMap(([name, begin]) => speeds.map((faster) => ({ name, begin, faster })))

describe("a durable Session", () => {
  it.each(cases)("$name, $faster first: the program is killed between any two steps", ({ begin, faster }) => {
    let stepsInAll = 0
    for (let kill = 0; kill <= stepsInAll; kill++) {
      const world = Worlds.make()
      Worlds.settle(world)
      begin(world)
      for (let steps = 0; steps < kill && !world.isQuiet(); steps++) assert.isTrue(Worlds.step(world, faster))
      if (!world.isQuiet()) stepsInAll = kill + 1
      world.crash()
      Worlds.settle(world)
      // What follows uses the same identifiers again.
      begin(world)
      Worlds.settle(world)
      Worlds.check(world)
    }
    assert.isAbove(stepsInAll, 2)
  })

  describe.each([false, true])("the link is cut after any byte; the server forgets: %s", (mayForget) => {
    it.each(cases)("$name, $faster first", ({ begin, faster }) => {
      let isOver = false
      for (let cutAt = 0; !isOver; cutAt++) {
        const world = Worlds.make()
        Worlds.settle(world)
        begin(world)
        for (const end = world.moved() + cutAt; !world.isQuiet() && world.moved() < end;) Worlds.step(world, faster, 1)
        isOver = world.isQuiet()
        world.cut()
        if (mayForget) world.forget()
        Worlds.settle(world)
        begin(world)
        Worlds.settle(world)
        Worlds.check(world, mayForget)
      }
    })
  })

  it("writes nothing before what it depends on is on the disk", () => {
    const world = Worlds.make()
    Worlds.settle(world)
    world.publish(1)
    world.publish(0)
    assert.strictEqual(world.up(Infinity), 0)
    world.take()
    world.write()
    assert.strictEqual(world.up(Infinity), 0)
    world.commit()
    world.up(Infinity)
    assert.deepStrictEqual(world.delivered, ["0", "1"])
  })

  it("commits what came up during a commit in one batch", () => {
    const world = Worlds.make()
    Worlds.settle(world)
    for (let count = 0; count < 3; count++) world.publish(1)
    world.take()
    for (let count = 0; count < 20; count++) world.publish(2)
    world.write()
    world.commit()
    assert.isTrue(world.take())
    world.write()
    world.commit()
    assert.isFalse(world.take())
    world.up(Infinity)
    assert.lengthOf(world.delivered, 23)
  })

  it("a session that nothing is left of is still a session", () => {
    const world = Worlds.make()
    Worlds.settle(world)
    world.crash()
    world.connect()
    while (world.take()) {
      world.write()
      world.commit()
    }
    world.send(2)
    Worlds.settle(world)
    Worlds.check(world)
    assert.isFalse(world.forgotten.has("m0"))
  })

  describe("the store fails", () => {
    const full = new MqttError.StoreError({ reason: "Full" })
    const broken = new MqttError.StoreError({ reason: "Io" })

    it("a publish that finds no room fails alone, and nothing of it was written", () => {
      const world = Worlds.make({ inFlight: 2 })
      Worlds.settle(world)
      world.publish(1)
      world.take()
      world.fail(full)
      assert.strictEqual(world.published[0]?.outcome.result, "StoreError")
      for (let count = 0; count < 5; count++) world.publish(2)
      Worlds.settle(world)
      assert.deepStrictEqual(world.delivered, ["1", "2", "3", "4", "5"])
    })

    it("of a batch for which there is no room, the rest gets a second chance", () => {
      const world = Worlds.make()
      Worlds.settle(world)
      for (let count = 0; count < 3; count++) world.publish(1)
      world.take()
      world.fail(full)
      world.take()
      world.fail(full)
      Worlds.settle(world)
      assert.deepStrictEqual(world.published.map(({ outcome }) => outcome.result), ["StoreError", 0, 0])
      assert.deepStrictEqual(world.delivered, ["1", "2"])
    })

    it.each(exchanges)("%s: at every commit", (_, begin) => {
      let isOver = false
      for (let failing = 0; !isOver; failing++) {
        const world = Worlds.make()
        Worlds.settle(world)
        begin(world)
        let commits = 0
        isOver = true
        while (!world.isQuiet()) {
          if (world.take() && commits++ === failing) {
            isOver = false
            world.fail(broken)
            break
          }
          Worlds.step(world)
        }
        const { session } = world.program()
        if (session.broken() !== undefined) {
          assert.strictEqual(session.broken()?.reason, "StoreError")
          assert.strictEqual(session.broken()?.retryable, false)
          assert.strictEqual(session.ended(), session.broken())
          session.dispose(new MqttError.ConnectError({ reason: "StoreError", retryable: false }))
          for (const { outcome } of world.published) assert.notStrictEqual(outcome.result, "waits")
          // The next run of the program has a store that works.
          for (const one of world.published) one.isOrphan = true
          world.crash()
        }
        Worlds.settle(world)
        for (const one of world.published) one.isOrphan ||= one.outcome.result === "StoreError"
        begin(world)
        Worlds.settle(world)
        Worlds.check(world)
      }
    })
  })
})
