import type { Packet } from "@effect-mqtt/codec"
import { Packet as Packets } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Rig from "./sessionRig.ts"

const published = (packets: ReadonlyArray<Packet.Packet>) =>
  packets.flatMap((packet): ReadonlyArray<readonly [string, number | undefined]> =>
    packet._tag === "Publish" ? [[packet.topic, packet.properties?.topicAlias]] : []
  )

const offering = (maximum: number) => ({ properties: { topicAliasMaximum: maximum } })

describe("topic aliases to the server", () => {
  it("stand for a topic from its second message on, within the server's maximum", () => {
    const rig = Rig.make()
    rig.connect(offering(2))
    for (const topic of ["home/a", "home/a", "home/b", "home/c", "home/b", "home/a"]) rig.publish(topic, 0)
    assert.deepStrictEqual(published(rig.sent()), [
      ["home/a", 1],
      ["", 1],
      ["home/b", 2],
      ["home/c", undefined],
      ["", 2],
      ["", 1]
    ])
  })

  it("are not used unless the server, and we, take some", () => {
    for (const [maxTopicAliases, connAck] of [[32, {}], [32, offering(0)], [0, offering(10)]] as const) {
      const rig = Rig.make(5, { maxTopicAliases })
      rig.connect(connAck)
      rig.publish("home/a", 0)
      rig.publish("home/a", 0)
      assert.deepStrictEqual(published(rig.sent()), [["home/a", undefined], ["home/a", undefined]])
    }
    const classic = Rig.make(4)
    classic.connect()
    classic.publish("home/a", 0)
    assert.deepStrictEqual(published(classic.sent()), [["home/a", undefined]])
  })

  it("are not spent on topics that are as short", () => {
    const rig = Rig.make()
    rig.connect(offering(2))
    rig.publish("abc", 0)
    rig.publish("abc", 0)
    assert.deepStrictEqual(published(rig.sent()), [["abc", undefined], ["abc", undefined]])
  })

  it("begin anew with each link, where what is sent again has its full topic", () => {
    const rig = Rig.make()
    rig.connect(offering(2))
    rig.publish("home/a", 0)
    rig.publish("home/a", 1)
    rig.sent()
    rig.session.lost()
    rig.connect({ sessionPresent: true, ...offering(2) }, { cleanStart: false })
    const [resent] = rig.sent()
    assert.deepInclude(resent, { _tag: "Publish", topic: "home/a", dup: true })
    for (let times = 0; times < 2; times++) rig.publish("home/a", 0)
    assert.deepStrictEqual(published(rig.sent()), [["home/a", 1], ["", 1]])
  })

  it("are not for what is sent again: every one of them has its full topic", () => {
    const rig = Rig.make()
    rig.connect(offering(2))
    for (let times = 0; times < 3; times++) rig.publish("home/a", 1)
    assert.deepStrictEqual(published(rig.sent()), [["home/a", 1], ["", 1], ["", 1]])
    rig.session.lost()
    rig.connect({ sessionPresent: true, ...offering(2) }, { cleanStart: false })
    assert.deepStrictEqual(published(rig.sent()), Array.from({ length: 3 }, () => ["home/a", undefined] as const))
  })

  it("go from the topic that was not used for longest to one that keeps coming", () => {
    const rig = Rig.make()
    rig.connect(offering(2))
    for (const topic of ["home/a", "home/b", "home/a", "home/c", "home/c", "home/c"]) rig.publish(topic, 0)
    assert.deepStrictEqual(published(rig.sent()).slice(3), [["home/c", undefined], ["home/c", 2], ["", 2]])
    rig.publish("home/a", 0)
    assert.deepStrictEqual(published(rig.sent()), [["", 1]])
  })

  it("do not thrash when more topics take turns than there are aliases", () => {
    const rig = Rig.make()
    rig.connect(offering(4))
    for (let round = 0; round < 50; round++) {
      for (let topic = 0; topic < 12; topic++) rig.publish(`home/${topic}`, 0)
    }
    const all = published(rig.sent())
    const definitions = all.filter(([topic, alias]) => topic !== "" && alias !== undefined).length
    assert.isBelow(definitions, 30)
    assert.isAbove(all.filter(([topic]) => topic === "").length, 100)
  })

  it("are not defined by a packet that does not leave", () => {
    const rig = Rig.make()
    rig.connect({ properties: { topicAliasMaximum: 2, maximumPacketSize: 24 } })
    const tooLarge = rig.publish("home/a", 0, "x".repeat(30))
    // It fits without an alias only: so it goes without.
    rig.publish("home/a", 0, "x".repeat(13))
    rig.publish("home/a", 0)
    rig.publish("home/a", 0)
    assert.strictEqual(tooLarge.result, "PacketTooLarge")
    assert.deepStrictEqual(published(rig.sent()), [["home/a", undefined], ["home/a", 1], ["", 1]])
  })

  it("are off on the next link after the server complains about one", () => {
    const rig = Rig.make()
    rig.connect(offering(2))
    rig.receive({ _tag: "Disconnect", reasonCode: 0x94, properties: {} })
    rig.session.lost()
    rig.sent()
    rig.connect({ sessionPresent: true, ...offering(2) }, { cleanStart: false })
    rig.publish("home/a", 0)
    assert.deepStrictEqual(published(rig.sent()), [["home/a", undefined]])
  })
})

describe("topic aliases of the server", () => {
  const announcing = { properties: { topicAliasMaximum: 2, sessionExpiryInterval: 3600 } }
  const message = (topic: string, topicAlias: number, fields: Partial<Packet.Publish> = {}) =>
    Packets.publish({ topic, payload: Rig.bytes("x"), properties: { topicAlias, contentType: "t" }, ...fields })

  it("never reach the application: it sees the full topic, and the other properties", () => {
    const rig = Rig.make()
    rig.connect({}, announcing)
    rig.receive(message("home/a", 1), message("", 1), message("home/b", 1), message("", 1), message("home/c", 2))
    assert.deepStrictEqual(rig.messages.map(({ topic }) => topic), ["home/a", "home/a", "home/b", "home/b", "home/c"])
    for (const { properties } of rig.messages) assert.deepStrictEqual(properties, { contentType: "t" })
  })

  it("are taken from messages that are not delivered", () => {
    const rig = Rig.make()
    rig.connect({}, announcing)
    rig.receive(message("home/a", 1, { qos: 2, packetId: 1 }))
    rig.session.accept(rig.pendings[0])
    // A copy of what was received: nothing is delivered, its alias counts.
    rig.receive(message("home/b", 1, { qos: 2, packetId: 1 }), message("", 1))
    assert.deepStrictEqual(rig.messages.map(({ topic }) => topic), ["home/a", "home/b"])
  })

  it("are forgotten with the link", () => {
    const rig = Rig.make()
    rig.connect({}, announcing)
    rig.receive(message("home/a", 1))
    rig.session.lost()
    rig.sent()
    rig.connect({ sessionPresent: true }, { ...announcing, cleanStart: false })
    rig.receive(message("", 1))
    assert.deepInclude(rig.sent()[0], { _tag: "Disconnect", reasonCode: 0x82 })
  })
})
