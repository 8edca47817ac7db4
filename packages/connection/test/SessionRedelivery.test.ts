import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Rig from "./sessionRig.ts"

const drop = (rig: ReturnType<typeof Rig.make>) => {
  rig.session.lost()
  rig.connect({ sessionPresent: true })
  rig.sent()
}

const accept = (rig: ReturnType<typeof Rig.make>, index: number) => {
  const one = rig.pendings[index]
  return one !== undefined && rig.session.accept(one)
}

const topics = (rig: ReturnType<typeof Rig.make>) => rig.messages.map(({ topic }) => topic)

describe("a QoS 2 message whose link is lost before it is accepted", () => {
  const pending = () => {
    const rig = Rig.make()
    rig.connect()
    rig.receive(Rig.incoming("old", 7, 2))
    drop(rig)
    return rig
  }

  it("is known when the server sends it again, with or without DUP", () => {
    for (const dup of [true, false]) {
      const rig = pending()
      rig.receive(Rig.incoming("old", 7, 2, { dup }))
      assert.deepStrictEqual(topics(rig), ["old"])
      assert.deepStrictEqual(rig.tags(), [])
      assert.isTrue(accept(rig, 0))
      assert.deepStrictEqual(rig.tags(), ["PubRec"])
    }
  })

  it("is still known after it was accepted without a link that knows it", () => {
    const rig = pending()
    accept(rig, 0)
    drop(rig)
    rig.receive(Rig.incoming("old", 7, 2, { dup: true }))
    assert.deepStrictEqual(topics(rig), ["old"])
    assert.deepStrictEqual(rig.tags(), ["PubRec"])
  })

  it("is another message if one byte is another, in the topic or in the payload", () => {
    for (const [topic, payload] of [["new", "old"], ["old", "odd"]] as const) {
      const rig = pending()
      rig.receive(Rig.incoming(topic, 7, 2, { payload: Rig.bytes(payload) }))
      assert.deepStrictEqual(topics(rig), ["old", topic])
    }
  })

  it("is known as long as its consumer has it, whatever other links have brought since", () => {
    const rig = Rig.make(5, { receiveMaximum: 1 })
    rig.connect()
    for (const id of [1, 2, 1, 2]) {
      rig.receive(Rig.incoming(`${id}`, id, 2))
      drop(rig)
    }
    assert.deepStrictEqual(topics(rig), ["1", "2"])
  })

  it("takes its place once, on whichever link it is", () => {
    const rig = Rig.make(5, { receiveMaximum: 2 })
    rig.connect()
    rig.receive(Rig.incoming("old", 7, 2))
    drop(rig)
    rig.receive(Rig.incoming("old", 7, 2, { dup: true }), Rig.incoming("next", 8, 2))
    assert.isFalse(rig.session.mustPause())
    rig.receive(Rig.incoming("beyond", 9, 2))
    assert.isTrue(rig.session.mustPause())
  })

  it.each([1, 2] as const)("does not swallow a new message at QoS %d, if the server has forgotten it", (qos) => {
    for (const isAccepted of [true, false]) {
      const rig = pending()
      if (isAccepted) accept(rig, 0)
      rig.receive(Rig.incoming("new", 7, qos))
      assert.deepStrictEqual(topics(rig), ["old", "new"])
      assert.isUndefined(rig.ended())
      // What is said of the old one is of no use any more; the new one is acknowledged as every other.
      if (!isAccepted) assert.isFalse(accept(rig, 0))
      assert.deepStrictEqual(rig.tags(), [])
      assert.isTrue(accept(rig, 1))
      assert.deepStrictEqual(rig.tags(), [qos === 1 ? "PubAck" : "PubRec"])
    }
  })

  it("keeps to the Receive Maximum, however many links the server forgets them on", () => {
    const rig = Rig.make(5, { receiveMaximum: 4 })
    rig.connect()
    for (let link = 0; link < 10; link++) {
      for (let id = 1; id <= 2; id++) {
        if (!rig.session.mustPause()) rig.receive(Rig.incoming(`${link}`, link * 2 + id, 2))
      }
      drop(rig)
    }
    assert.isTrue(rig.session.mustPause())
    assert.isAtMost(rig.messages.length, 6)
    // Its consumer has taken one: there is room for another.
    for (const one of rig.pendings) rig.session.accept(one)
    assert.isFalse(rig.session.mustPause())
    rig.receive(Rig.incoming("last", 99, 2))
    assert.strictEqual(topics(rig).at(-1), "last")
  })
})

describe("QoS 2 messages beyond the Receive Maximum", () => {
  it("are given to nobody twice, even if one in front of them is not accepted when the link is lost", () => {
    const rig = Rig.make(4, { receiveMaximum: 2 })
    rig.connect({}, { cleanStart: false })
    const all = Array.from({ length: 8 }, (_, index) => index + 1)
    rig.receive(...all.map((id) => Rig.incoming(`${id}`, id, 2)))
    for (const id of all.slice(1)) accept(rig, id - 1)
    rig.session.lost()
    rig.connect({ sessionPresent: true })
    rig.receive(...all.slice(0, 3).map((id) => Rig.incoming(`${id}`, id, 2, { dup: true })))
    drop(rig)
    rig.receive(...all.map((id) => Rig.incoming(`${id}`, id, 2, { dup: true })))
    assert.deepStrictEqual(topics(rig), all.map(String))
    accept(rig, 0)
    assert.deepStrictEqual(rig.tags(), all.map(() => "PubRec"))
  })
})

describe("messages beyond the Receive Maximum, while an answer is awaited", () => {
  it("take what their properties take", () => {
    const rig = Rig.make(5, { receiveMaximum: 1, readAheadBytes: 1000 })
    rig.connect()
    rig.receive(Rig.incoming("first", 1))
    accept(rig, 0)
    for (let id = 2; id <= 3; id++) {
      assert.isFalse(rig.session.mustStop(), `${id}`)
      const properties = { correlationData: Rig.bytes("x".repeat(1000)) }
      rig.receive(Packet.publish({ topic: "t", payload: Rig.bytes(""), qos: 1, packetId: id, properties }))
    }
    assert.isTrue(rig.session.mustStop())
  })

  it.each([4, 5] as const)("take so many bytes and no more, version %d", (version) => {
    const rig = Rig.make(version, { receiveMaximum: 2, readAheadBytes: 100 })
    rig.connect()
    rig.receive(Rig.incoming("first", 1))
    accept(rig, 0)
    rig.publish("own", 1)
    for (let id = 2; id <= 3; id++) rig.receive(Rig.incoming("t".repeat(1000), id))
    assert.isFalse(rig.session.mustStop(), "the first ones are announced")
    for (let id = 4; id <= 14; id++) {
      assert.isFalse(rig.session.mustStop(), `${id}`)
      rig.receive(Rig.incoming("12345", id))
    }
    assert.isTrue(rig.session.mustStop())
    assert.isUndefined(rig.ended())
    for (const one of rig.pendings) rig.session.accept(one)
    assert.isFalse(rig.session.mustStop())
    // What a link has left behind does not count on the next one.
    for (let id = 20; id <= 40; id++) rig.receive(Rig.incoming("12345", id))
    assert.isTrue(rig.session.mustStop())
    drop(rig)
    assert.isFalse(rig.session.mustStop())
  })

  it.each([4, 5] as const)("are left to the server from then on, if that is asked for, version %d", (version) => {
    const rig = Rig.make(version, { receiveMaximum: 1, readAheadBytes: 1 })
    rig.connect({}, { cleanStart: false })
    rig.sent()
    rig.receive(Rig.incoming("released", 1, 2))
    accept(rig, 0)
    assert.deepStrictEqual(rig.tags(), ["PubRec"])
    rig.receive(Rig.incoming("taken", 2, 2), Rig.incoming("taken", 3))
    assert.isTrue(rig.session.mustStop())
    rig.session.leaveRest()
    assert.isFalse(rig.session.mustStop())
    rig.receive(
      Rig.incoming("left", 4),
      Rig.incoming("left", 5, 2),
      Packet.publish({ topic: "x", payload: Rig.bytes("") })
    )
    rig.receive(Packet.pubRel({ packetId: 1 }))
    assert.deepStrictEqual(topics(rig), ["released", "taken", "taken", "x"])
    assert.deepStrictEqual(rig.tags(), ["PubComp"])
    accept(rig, 1)
    rig.advance(0)
    assert.isUndefined(rig.ended())
    accept(rig, 2)
    rig.advance(0)
    assert.strictEqual(rig.ended(), "ConnectError.Closed")
    assert.deepStrictEqual(rig.tags(), ["PubRec", "PubAck", "Disconnect"])
    rig.session.lost()
    rig.connect({ sessionPresent: true })
    rig.receive(Rig.incoming("left", 4, 1, { dup: true }), Rig.incoming("left", 5, 2, { dup: true }))
    assert.deepStrictEqual(topics(rig).slice(4), ["left", "left"])
    accept(rig, 3)
    accept(rig, 4)
    rig.advance(0)
    assert.isUndefined(rig.ended())
  })

  it("are left to the server until the answers are here that were awaited", () => {
    const rig = Rig.make(4, { receiveMaximum: 1, readAheadBytes: 1 })
    rig.connect({}, { cleanStart: false })
    rig.receive(Rig.incoming("taken", 1), Rig.incoming("taken", 2))
    rig.publish("own", 1)
    rig.session.leaveRest()
    rig.advance(1)
    rig.publish("later", 1)
    rig.receive(Rig.incoming("left", 3))
    accept(rig, 0)
    accept(rig, 1)
    rig.advance(0)
    assert.isUndefined(rig.ended())
    rig.receive(Packet.pubAck({ packetId: 1 }))
    rig.advance(0)
    assert.strictEqual(rig.ended(), "ConnectError.Closed")
  })

  it("stop the reading before their identifiers begin anew, however few bytes they take", () => {
    const rig = Rig.make(5, { receiveMaximum: 1 })
    rig.connect()
    rig.publish("own", 1)
    rig.receive(Rig.incoming("t", 1))
    accept(rig, 0)
    let id = 1
    while (!rig.session.mustStop() && id < 65_535) rig.receive(Rig.incoming("t", ++id))
    // What one read brings, 64 KiB of such messages, still fits behind them.
    assert.isBelow(id, 65_535 - 65_536 / 8)
    assert.isUndefined(rig.ended())
  })

  it("are left whatever identifier they have: some servers begin anew with those in use behind 65 535 messages", () => {
    const rig = Rig.make(5, { receiveMaximum: 1, readAheadBytes: 1 })
    rig.connect({}, { cleanStart: false })
    rig.sent()
    rig.receive(Rig.incoming("received", 1, 2))
    accept(rig, 0)
    assert.deepStrictEqual(rig.tags(), ["PubRec"])
    rig.receive(Rig.incoming("taken", 2), Rig.incoming("taken", 3, 2))
    rig.session.leaveRest()
    // A PUBREC for the one, or the end of the link for the others, would keep the server from sending them again.
    rig.receive(
      Rig.incoming("left", 1, 2),
      Rig.incoming("left", 2),
      Rig.incoming("left", 3, 2),
      Rig.incoming("left", 1)
    )
    assert.isUndefined(rig.ended())
    assert.deepStrictEqual(rig.tags(), [])
    assert.deepStrictEqual(topics(rig), ["received", "taken", "taken"])
  })

  it("cost no link if there is nothing behind them", () => {
    const rig = Rig.make(4, { receiveMaximum: 1, readAheadBytes: 1 })
    rig.connect({}, { cleanStart: false })
    rig.receive(Rig.incoming("taken", 1), Rig.incoming("taken", 2))
    rig.session.leaveRest()
    accept(rig, 0)
    accept(rig, 1)
    rig.advance(0)
    assert.isUndefined(rig.ended())
    rig.receive(Rig.incoming("taken", 3), Rig.incoming("taken", 4))
    assert.strictEqual(topics(rig).length, 4)
    assert.isTrue(rig.session.mustStop())
  })

  it("stay with the server while no other link is to come", () => {
    let goesOn = true
    const rig = Rig.make(4, { receiveMaximum: 1, readAheadBytes: 1, goesOn: () => goesOn })
    rig.connect({}, { cleanStart: false })
    rig.receive(Rig.incoming("taken", 1), Rig.incoming("taken", 2))
    rig.session.leaveRest()
    rig.receive(Rig.incoming("left", 3))
    goesOn = false
    accept(rig, 0)
    accept(rig, 1)
    rig.advance(0)
    assert.isUndefined(rig.ended())
    rig.receive(Rig.incoming("left", 4))
    assert.strictEqual(topics(rig).length, 2)
  })

  it("are not left to a server that forgets them", () => {
    const rig = Rig.make(4, { receiveMaximum: 1, readAheadBytes: 1 })
    rig.connect()
    rig.receive(Rig.incoming("taken", 1), Rig.incoming("taken", 2))
    rig.session.leaveRest()
    assert.isTrue(rig.session.mustStop())
    rig.receive(Rig.incoming("taken", 3))
    assert.strictEqual(topics(rig).length, 3)
  })

  it("of which some are accepted in each term keep the link, however long the answer behind them takes", () => {
    const rig = Rig.make(4, { receiveMaximum: 1, readAheadBytes: 1 })
    rig.connect()
    for (let id = 1; id <= 6; id++) rig.receive(Rig.incoming("t", id))
    rig.publish("own", 1)
    rig.session.readingPaused(rig.now(), true)
    for (let index = 0; index < 3; index++) {
      accept(rig, index)
      rig.advance(30_000)
      assert.isUndefined(rig.ended())
    }
    rig.advance(30_000)
    assert.strictEqual(rig.ended(), "ConnectError.AcknowledgementTimeout")
  })

  it("of which none is unacknowledged are not left to the server", () => {
    const rig = Rig.make()
    rig.connect()
    rig.session.leaveRest()
    rig.receive(Rig.incoming("t", 1))
    assert.deepStrictEqual(topics(rig), ["t"])
    accept(rig, 0)
    rig.advance(0)
    assert.isUndefined(rig.ended())
  })

  it("that are gone with their session make room", () => {
    const rig = Rig.make(4, { receiveMaximum: 1, readAheadBytes: 1 })
    rig.connect()
    for (let id = 1; id <= 3; id++) rig.receive(Rig.incoming("t", id, 2))
    assert.isTrue(rig.session.mustStop())
    rig.session.lost()
    rig.connect({ sessionPresent: false })
    rig.receive(Packet.publish({ topic: "x", payload: Rig.bytes("") }))
    assert.isFalse(rig.session.mustStop())
    assert.isFalse(rig.session.mustPause())
  })
})
