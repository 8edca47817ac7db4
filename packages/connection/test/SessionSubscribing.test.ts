import { Packet } from "@effect-mqtt/codec"
import type { Session } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import * as Rig from "./sessionRig.ts"

describe("subscribing", () => {
  const ask = (rig: ReturnType<typeof Rig.make>) => {
    const outcomes: Array<Session.OperationOutcome> = []
    rig.session.subscribe(
      0,
      { _tag: "Subscribe", subscriptions: [{ filter: "a", qos: 1 }, { filter: "b", qos: 0 }] },
      (outcome) => outcomes.push(outcome)
    )
    return outcomes
  }

  it("settles with one code per filter", () => {
    const rig = Rig.make()
    rig.connect()
    const outcomes = ask(rig)
    rig.receive(Packet.subAck({ packetId: 1, reasonCodes: [1, 0x87] }))
    assert.deepStrictEqual(outcomes, [{ _tag: "Answered", reasonCodes: [1, 0x87] }])
  })

  it.each<[string, Packet.Packet]>([
    ["too few codes", Packet.subAck({ packetId: 1, reasonCodes: [1] })],
    ["UNSUBACK", Packet.unsubAck({ packetId: 1, reasonCodes: [0, 0] })]
  ])("%s is a protocol error", (_, packet) => {
    const rig = Rig.make()
    rig.connect()
    const outcomes = ask(rig)
    rig.receive(packet)
    assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
    assert.deepStrictEqual(outcomes, [{ _tag: "LinkLost" }])
  })

  it("3.1.1 UNSUBACK means success", () => {
    const rig = Rig.make(4)
    rig.connect()
    const outcomes: Array<Session.OperationOutcome> = []
    rig.session.unsubscribe(0, { _tag: "Unsubscribe", filters: ["a", "b"] }, (outcome) => outcomes.push(outcome))
    rig.receive(Packet.unsubAck({ packetId: 1 }))
    assert.deepStrictEqual(outcomes, [{ _tag: "Answered", reasonCodes: [0, 0] }])
  })

  it("waits for an identifier when all are taken, in turn", () => {
    const rig = Rig.make()
    rig.connect()
    const outcomes: Array<string> = []
    const subscribe = (name: string) =>
      rig.session.subscribe(
        0,
        { _tag: "Subscribe", subscriptions: [{ filter: name, qos: 0 }] },
        ({ _tag }) => outcomes.push(`${name} ${_tag}`)
      )
    for (let count = 0; count < 65_535; count++) subscribe("early")
    subscribe("late")
    subscribe("later")
    assert.strictEqual(rig.sent().length, 65_535)
    assert.deepStrictEqual(outcomes, [])
    assert.isFalse(rig.session.isIdle())
    rig.receive(Packet.subAck({ packetId: 7, reasonCodes: [0] }))
    const [next] = rig.sent()
    assert.isTrue(next._tag === "Subscribe" && next.packetId === 7 && next.subscriptions[0].filter === "late")
    rig.session.lost()
    assert.strictEqual(outcomes.at(-1), "later LinkLost")
    assert.strictEqual(outcomes.length, 65_537)
  })

  it("waits for an identifier that a publish gives back", () => {
    const rig = Rig.make(5, { inFlight: 65_535 })
    rig.connect()
    for (let count = 0; count < 65_519; count++) rig.publish("t", 1)
    const subscribe = () =>
      rig.session.subscribe(0, { _tag: "Subscribe", subscriptions: [{ filter: "f", qos: 0 }] }, () => {})
    for (let count = 0; count < 17; count++) subscribe()
    rig.sent()
    rig.receive(Packet.pubAck({ packetId: 3 }))
    assert.deepStrictEqual(rig.tags(), ["Subscribe"])
  })

  it("goes without its user properties to a server that finds it too large with them", () => {
    const rig = Rig.make()
    rig.connect({ properties: { maximumPacketSize: 50 } })
    const properties = { userProperties: [["why", "x".repeat(50)]] } as const
    rig.session.subscribe(0, {
      _tag: "Subscribe",
      subscriptions: [{ filter: "a", qos: 0 }],
      properties: { ...properties, subscriptionIdentifiers: [7] }
    }, () => {})
    rig.session.unsubscribe(0, { _tag: "Unsubscribe", filters: ["a"], properties }, () => {})
    const sent = rig.sent()
    assert.deepStrictEqual(sent.map(({ _tag }) => _tag), ["Subscribe", "Unsubscribe"])
    assert.deepInclude(sent[0], { properties: { subscriptionIdentifiers: [7] } })
    assert.isTrue(sent.every((packet) => !JSON.stringify(packet).includes("why")))
  })

  it("what cannot be written is refused, and takes no identifier", () => {
    const rig = Rig.make()
    rig.connect()
    const outcomes: Array<string> = []
    rig.session.unsubscribe(0, { _tag: "Unsubscribe", filters: [] }, ({ _tag }) => outcomes.push(_tag))
    assert.deepStrictEqual(outcomes, ["Invalid"])
    assert.isTrue(rig.session.isIdle())
  })
})
