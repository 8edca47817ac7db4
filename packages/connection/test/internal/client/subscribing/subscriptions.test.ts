import type { Session } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream, Supervisor } from "effect"
import { filtersOverlap } from "../../../../src/internal/client/subscribing/filterOverlap.ts"
import * as registries from "../../../../src/internal/client/subscribing/subscriptions.ts"
import * as Rig from "../../../sessionRig.ts"
import { granted, incomingFor, played, settle, start } from "../../../subscribing.ts"

const stream: registries.StreamOptions = {
  acceptance: "pulled",
  overflow: "backpressure",
  bufferMessages: 10,
  bufferBytes: 1000
}

const bounds = { bufferMessages: 10, bufferBytes: 1000, readAheadBytes: 1000 }

const plainRequest = {
  qos: 1,
  requireQos: false,
  noLocal: false,
  retainAsPublished: false,
  retainHandling: undefined,
  userProperties: []
} as const

describe("the registry of a client", () => {
  it("holds nothing after the last stream has left, in whatever order and state", () => {
    const consumers: Array<registries.Subscriptions> = []
    const onMessage: Session.Options["onMessage"] = (message, pending) => consumers[0]?.onMessage(message, pending)
    const rig = Rig.make(5, { onMessage, onConnected: (negotiated) => consumers[0]?.onConnected(negotiated) })
    const pump = {
      now: rig.now,
      pass: <A>(run: (now: number) => A) => run(rig.now()),
      passOfMany: <A>(run: () => A) => run(),
      mustRead: () => false,
      wakeReader: () => {}
    }
    const consumer = registries.make({
      ...bounds,
      unsubscribeDelay: 0,
      consumerTimeout: 1000,
      replayRetained: true,
      resubscribeOnResume: false
    })(rig.session, pump, () => false, () => {})
    consumers.push(consumer)
    rig.connect()
    const answer = () => {
      for (const packet of rig.sent()) {
        if (packet._tag === "Subscribe") {
          rig.receive({ _tag: "SubAck", packetId: packet.packetId, reasonCodes: [1], properties: {} })
        }
        if (packet._tag === "Unsubscribe") {
          rig.receive({ _tag: "UnsubAck", packetId: packet.packetId, reasonCodes: [0], properties: {} })
        }
      }
    }
    const leaving: Array<() => void> = []
    for (let index = 0; index < 100; index++) {
      const filter = `t/${index % 7}`
      const membership = consumer.join([{ ...plainRequest, filter }], stream, () => {}, () => {})
      if (index % 3 === 0) answer()
      if (index % 4 === 0) rig.receive(Rig.incoming(filter, index + 1))
      leaving.push(() => membership.leave(index % 2 === 0, () => {}))
      if (index % 5 === 0) leaving.shift()?.()
    }
    assert.isAbove(consumer.size(), 0)
    for (const leave of leaving) leave()
    for (let times = 0; times < 3; times++) answer()
    consumer.tick(rig.now() + 1000)
    assert.strictEqual(consumer.size(), 0)
    assert.strictEqual(rig.ended(), undefined)
  })

  it.scoped("leaves no fiber when the client is closed in the middle of everything", () =>
    Effect.gen(function*() {
      const supervisor = yield* Supervisor.track
      yield* played(Effect.scoped(Effect.gen(function*() {
        const { client, link } = yield* start()
        yield* Effect.forkScoped(client.consume("a", () => Effect.never, { qos: 1, concurrency: 4 }))
        yield* granted(link)
        yield* Effect.forkScoped(Stream.runDrain(client.subscribe("b")))
        yield* granted(link)
        yield* Effect.forkScoped(Stream.runDrain(client.subscribeAckable("c")))
        yield* link.send(incomingFor(1, "a", 1), incomingFor(1, "a", 2))
        yield* settle
        yield* link.close
      }))).pipe(Effect.supervised(supervisor))
      yield* settle
      const fibers = yield* supervisor.value
      for (const fiber of fibers) assert.isTrue((yield* Fiber.status(fiber))._tag === "Done")
    }))
})

describe("overlapping filters", () => {
  it.each([
    ["a/b", "a/b", true],
    ["a/+", "a/b", true],
    ["a/+/c", "+/b/+", true],
    ["#", "a/b", true],
    ["a/#", "a", true],
    ["a/#", "a/b/c", true],
    ["$share/g/a/+", "a/b", true],
    ["a/+", "a", false],
    ["a/b", "a/c", false],
    ["a/+/c", "a/b", false],
    ["#", "$SYS/up", false],
    ["+/up", "$SYS/#", false]
  ])("%s and %s: %s", (one, other, expected) => {
    assert.strictEqual(filtersOverlap(one, other), expected)
    assert.strictEqual(filtersOverlap(other, one), expected)
  })
})
