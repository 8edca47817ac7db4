import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { makeRandom, makeWorld, stepAtRandom } from "./durableRun.ts"
import * as Worlds from "./durableWorld.ts"
import * as Rig from "./sessionRig.ts"

type Answer = Packet.PubAck | Packet.PubRec | Packet.PubComp | Packet.SubAck | Packet.UnsubAck | Packet.PingResp

/** A correct server, as simple as can be: it remembers exchanges, and the test decides when it acts. */
const makeServer = (rig: ReturnType<typeof Rig.make>) => {
  const delivered: Array<string> = []
  const received = new Set<number>()
  /** Exchanges whose end the client has not heard of, by identifier. */
  const open = new Map<number, string>()
  /** Subscriptions of this link that are not answered. */
  const asked = new Set<number>()
  let arrived: Array<Packet.Packet> = []
  let answers: Array<Answer> = []
  let unacknowledged = new Set<number>()
  let window = 0

  const onPublish = ({ dup, packetId = 0, qos, topic }: Packet.Publish) => {
    if (qos === 0) {
      delivered.push(topic)
      return
    }
    // The first copy may have been lost with its link.
    if (dup) assert.strictEqual(open.get(packetId) ?? topic, topic, "a resend is of the same message")
    else assert.isFalse(open.has(packetId) || asked.has(packetId), `identifier ${packetId} is in use`)
    open.set(packetId, topic)
    if (qos === 1 || !received.has(packetId)) delivered.push(topic)
    if (qos === 2) received.add(packetId)
    answers.push(qos === 1 ? Packet.pubAck({ packetId }) : Packet.pubRec({ packetId }))
  }

  return {
    delivered,
    connect: (sessionPresent: boolean, receiveMaximum: number) => {
      window = receiveMaximum
      arrived = []
      answers = []
      unacknowledged = new Set()
      asked.clear()
      if (!sessionPresent) {
        received.clear()
        open.clear()
      }
      rig.connect({ sessionPresent, properties: { receiveMaximum } }, { cleanStart: false })
    },
    /** Takes what the client has written off the wire. */
    listen: () => {
      for (const packet of rig.sent()) {
        if (packet._tag === "Publish" && packet.qos > 0) {
          unacknowledged.add(packet.packetId ?? 0)
          assert.isAtMost(unacknowledged.size, window, "more in flight than the Receive Maximum")
        }
        arrived.push(packet)
      }
    },
    handle: () => {
      const packet = arrived.shift()
      if (packet?._tag === "Publish") onPublish(packet)
      else if (packet?._tag === "PubRel") {
        received.delete(packet.packetId)
        answers.push(Packet.pubComp({ packetId: packet.packetId }))
      } else if (packet?._tag === "Subscribe" || packet?._tag === "Unsubscribe") {
        assert.isFalse(open.has(packet.packetId), `identifier ${packet.packetId} is in use`)
        asked.add(packet.packetId)
        const answer = { packetId: packet.packetId, reasonCodes: [0] }
        answers.push(packet._tag === "Subscribe" ? Packet.subAck(answer) : Packet.unsubAck(answer))
      } else if (packet?._tag === "PingReq") answers.push(Packet.pingResp)
    },
    answer: (which: number) => {
      const [packet] = answers.splice(which % Math.max(1, answers.length), 1)
      if (packet === undefined) return
      if (packet._tag === "SubAck" || packet._tag === "UnsubAck") asked.delete(packet.packetId)
      else if (packet._tag !== "PubRec" && packet._tag !== "PingResp") {
        open.delete(packet.packetId)
        unacknowledged.delete(packet.packetId)
      }
      rig.receive(packet)
    },
    isIdle: () => arrived.length === 0 && answers.length === 0
  }
}

const run = (seed: number, mayForget: boolean) => {
  const random = makeRandom(seed)
  const rig = Rig.make(5, { inFlight: 1 + random(6) })
  const server = makeServer(rig)
  /** Subscriptions and pings that are not settled, and how many there were. */
  let waiting = 0
  let operations = 0
  const published: Array<{ readonly topic: string; readonly qos: 0 | 1 | 2; readonly outcome: Rig.Outcome }> = []
  rig.connect()
  rig.session.lost()
  rig.sent()
  server.connect(true, 1 + random(6))
  for (let step = 0; step < 300; step++) {
    const choice = random(22)
    if (choice < 6) {
      const qos = ([0, 1, 2] as const)[random(3)] ?? 0
      const topic = `${published.length}`
      published.push({ topic, qos, outcome: rig.publish(topic, qos) })
    } else if (choice < 12) server.handle()
    else if (choice < 18) server.answer(random(4))
    else if (choice === 18 && random(3) === 0) {
      rig.session.lost()
      server.connect(!mayForget || random(3) > 0, 1 + random(6))
    } else if (choice > 18) {
      waiting++
      operations++
      const settled = () => {
        waiting--
      }
      if (choice === 19) {
        rig.session.subscribe(0, { _tag: "Subscribe", subscriptions: [{ filter: "f", qos: 0 }] }, settled)
      } else if (choice === 20) rig.session.unsubscribe(0, { _tag: "Unsubscribe", filters: ["f"] }, settled)
      else rig.session.ping(0, settled)
    }
    if (random(3) > 0) server.listen()
    assert.isUndefined(rig.ended())
  }
  for (let step = 0; waiting > 0 || !rig.session.isIdle() || !server.isIdle(); step++) {
    assert.isBelow(step, 5000, "it never comes to rest")
    server.listen()
    server.handle()
    server.answer(0)
  }

  assert.isAbove(operations, 0)
  const count = (topic: string) => server.delivered.filter((other) => other === topic).length
  for (const { outcome, qos, topic } of published) {
    const copies = count(topic)
    assert.notStrictEqual(outcome.result, "waits", `${topic} never settles`)
    if (qos === 0) assert.isAtMost(copies, 1)
    else if (qos === 1) {
      assert.strictEqual(outcome.result, 0)
      assert.isAtLeast(copies, 1)
    } else if (outcome.result === 0) assert.strictEqual(copies, 1)
    else {
      assert.strictEqual(outcome.result, "SessionLost")
      assert.isTrue(mayForget)
      assert.isAtMost(copies, 1)
    }
  }
  const firsts = [...new Set(server.delivered)].map(Number)
  assert.deepStrictEqual(firsts, [...firsts].sort((one, other) => one - other), "order")
}

describe("Session against a model", () => {
  for (const mayForget of [false, true]) {
    it(`all settles, QoS 1 is never lost, QoS 2 never doubled, order and window kept; server forgets: ${mayForget}`, () => {
      for (let seed = 1; seed <= 80; seed++) {
        try {
          run(seed, mayForget)
        } catch (error) {
          throw new Error(`seed ${seed}`, { cause: error })
        }
      }
    })
  }

  describe.each([false, true])("with a durable store; server forgets: %s", (mayForget) => {
    it("nothing is lost or doubled, whatever is cut or killed, and identifiers, order and window are kept", () => {
      for (let seed = 1; seed <= 150; seed++) {
        try {
          runDurable(seed, mayForget)
        } catch (error) {
          throw new Error(`seed ${seed}`, { cause: error })
        }
      }
    })
  })
})

/** Bytes, commits, commands, cuts and kills in any order. */
const runDurable = (seed: number, mayForget: boolean) => {
  const random = makeRandom(seed)
  const world = makeWorld(random)
  for (let step = 0; step < 400; step++) stepAtRandom(world, random, mayForget)
  Worlds.settle(world)
  Worlds.check(world, mayForget)
}
