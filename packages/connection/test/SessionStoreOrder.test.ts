import { Packet } from "@effect-mqtt/codec"
import { MqttError } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import * as Rig from "./sessionRig.ts"

type SessionRig = ReturnType<typeof Rig.make>

/** The store takes everything, as often as something follows. */
const commit = ({ now, session }: SessionRig) => {
  while (session.takeChanges().length > 0) session.committed(now())
}

const connected = (): SessionRig => {
  const rig = Rig.make(5, { records: new Map() })
  rig.open({ cleanStart: true })
  commit(rig)
  rig.connAck()
  commit(rig)
  rig.sent()
  return rig
}

const subscribe = ({ now, session }: SessionRig) =>
  session.subscribe(now(), { _tag: "Subscribe", subscriptions: [{ filter: "t", qos: 1 }] }, () => {})

/** What leads to a step, the step, and what the server hears once it is durable. */
const steps: ReadonlyArray<readonly [string, (rig: SessionRig) => void, (rig: SessionRig) => void, string]> = [
  ["a publish at QoS 1", () => {}, (rig) => rig.publish("t", 1), "Publish"],
  ["a publish at QoS 2", () => {}, (rig) => rig.publish("t", 2), "Publish"],
  [
    "the PUBREC of a publish",
    (rig) => rig.publish("t", 2),
    (rig) => rig.receive(Packet.pubRec({ packetId: 1 })),
    "PubRel"
  ],
  [
    "a message at QoS 2 that was accepted",
    (rig) => rig.receive(Rig.incoming("t", 7, 2)),
    (rig) => {
      for (const one of rig.pendings) rig.session.accept(one)
    },
    "PubRec"
  ],
  [
    "the PUBREL of a message",
    (rig) => {
      rig.receive(Rig.incoming("t", 7, 2))
      for (const one of rig.pendings) rig.session.accept(one)
    },
    (rig) => rig.receive(Packet.pubRel({ packetId: 7 })),
    "PubComp"
  ],
  ["a subscription", () => {}, subscribe, "Subscribe"]
]

describe("the server hears of a step when it is durable, and not before", () => {
  it.each(steps)("%s", (_, prepare, act, packet) => {
    const rig = connected()
    prepare(rig)
    commit(rig)
    rig.sent()
    act(rig)
    assert.deepStrictEqual(rig.tags(), [])
    assert.isAbove(rig.session.takeChanges().length, 0)
    assert.deepStrictEqual(rig.tags(), [], "the store is still at work")
    rig.session.committed(rig.now())
    assert.deepStrictEqual(rig.tags(), [packet])
  })

  it("a publish whose link was lost while the store was at work: the next CONNECT waits, too", () => {
    const rig = connected()
    rig.publish("a", 1)
    assert.isAbove(rig.session.takeChanges().length, 0)
    rig.session.lost()
    assert.deepStrictEqual(rig.open({ cleanStart: false }), [])
    rig.session.committed(rig.now())
    commit(rig)
    assert.deepStrictEqual(rig.tags(), ["Connect"])
    rig.connAck({ sessionPresent: true })
    const [packet] = rig.sent()
    assert.isTrue(packet?._tag === "Publish" && !packet.dup)
  })

  it("a PUBCOMP before the PUBREL is none", () => {
    const rig = connected()
    rig.publish("t", 2)
    commit(rig)
    rig.receive(Packet.pubRec({ packetId: 1 }))
    rig.receive(Packet.pubComp({ packetId: 1 }))
    assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
  })

  it("a CONNACK before the CONNECT is no answer to it", () => {
    const rig = Rig.make(5, { records: new Map() })
    rig.open({ cleanStart: true })
    rig.connAck()
    assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
    assert.strictEqual(rig.connections(), 0)
    commit(rig)
    assert.deepStrictEqual(rig.tags(), [])
  })

  it("a CONNECT that begins a new session", () => {
    const rig = Rig.make(5, { records: new Map() })
    assert.deepStrictEqual(rig.open({ cleanStart: true }), [])
    assert.isAbove(rig.session.takeChanges().length, 0)
    assert.deepStrictEqual(rig.tags(), [])
    rig.session.committed(rig.now())
    assert.deepStrictEqual(rig.tags(), ["Connect"])
  })

  it("a copy of a message whose identifier is not sure yet is answered once, when it is", () => {
    const rig = connected()
    rig.receive(Rig.incoming("t", 7, 2))
    for (const one of rig.pendings) rig.session.accept(one)
    rig.receive(Rig.incoming("t", 7, 2, { dup: true }))
    assert.deepStrictEqual(rig.tags(), [])
    commit(rig)
    assert.deepStrictEqual(rig.tags(), ["PubRec"])
    rig.receive(Rig.incoming("t", 7, 2, { dup: true }))
    assert.deepStrictEqual(rig.tags(), ["PubRec"])
    assert.lengthOf(rig.messages, 1)
  })
})

describe("a publish is over when its record is gone, and not before", () => {
  const endings: ReadonlyArray<readonly [string, 1 | 2, (rig: SessionRig) => void]> = [
    ["PUBACK", 1, (rig) => rig.receive(Packet.pubAck({ packetId: 1 }))],
    ["PUBCOMP", 2, (rig) => {
      rig.receive(Packet.pubRec({ packetId: 1 }))
      commit(rig)
      rig.receive(Packet.pubComp({ packetId: 1 }))
    }],
    ["a refusal", 2, (rig) => rig.receive(Packet.pubRec({ packetId: 1, reasonCode: 0x87 }))]
  ]

  it.each(endings)("after %s its caller and its identifier wait for the store", (_, qos, finish) => {
    const rig = connected()
    const outcome = rig.publish("t", qos)
    commit(rig)
    finish(rig)
    rig.sent()
    assert.strictEqual(outcome.result, "waits")
    assert.isFalse(rig.session.isIdle())
    commit(rig)
    assert.notStrictEqual(outcome.result, "waits")
    assert.isTrue(rig.session.isIdle())
  })

  it("its place in the window is free when it is over", () => {
    const rig = Rig.make(5, { records: new Map(), inFlight: 1 })
    rig.open({ cleanStart: true })
    commit(rig)
    rig.connAck()
    rig.publish("a", 1)
    rig.publish("b", 1)
    commit(rig)
    rig.sent()
    rig.receive(Packet.pubAck({ packetId: 1 }))
    assert.isAbove(rig.session.takeChanges().length, 0)
    assert.deepStrictEqual(rig.tags(), [])
    rig.session.committed(rig.now())
    commit(rig)
    assert.deepStrictEqual(rig.tags(), ["Publish"])
  })
})

describe("a step whose commit fails", () => {
  const full = new MqttError.StoreError({ reason: "Full" })
  const broken = new MqttError.StoreError({ reason: "Io" })

  it.each(steps)("%s: the server does not hear of it", (_, prepare, act, packet) => {
    for (const error of [full, broken]) {
      const rig = connected()
      prepare(rig)
      commit(rig)
      rig.sent()
      act(rig)
      assert.isAbove(rig.session.takeChanges().length, 0)
      rig.session.commitFailed(rig.now(), error)
      commit(rig)
      assert.notInclude(rig.tags(), packet)
    }
  })

  it("leaves its place in the window to the next publish", () => {
    const rig = Rig.make(5, { records: new Map(), inFlight: 1 })
    rig.open({ cleanStart: true })
    commit(rig)
    rig.connAck()
    commit(rig)
    rig.sent()
    const refused = rig.publish("a", 1)
    assert.isAbove(rig.session.takeChanges().length, 0)
    rig.session.commitFailed(rig.now(), full)
    assert.strictEqual(refused.result, "StoreError")
    rig.publish("b", 1)
    commit(rig)
    assert.deepStrictEqual(rig.tags(), ["Publish"])
  })

  it("before CONNECT ends the attempt", () => {
    const rig = Rig.make(5, { records: new Map() })
    rig.open({ cleanStart: true })
    assert.isAbove(rig.session.takeChanges().length, 0)
    rig.session.commitFailed(rig.now(), broken)
    assert.deepStrictEqual(rig.tags(), [])
    assert.strictEqual(rig.ended(), "ConnectError.StoreError")
  })
})
