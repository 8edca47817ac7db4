import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { ConnectError } from "../src/MqttError.ts"
import * as Rig from "./sessionRig.ts"
import { bytes, bytesOf, incoming } from "./sessionRig.ts"

describe("time-outs and endings", () => {
  it.each<Packet.Packet>([
    Packet.pubAck({ packetId: 1, reasonCode: 0x91 }),
    Packet.pubRec({ packetId: 1, reasonCode: 0x91 })
  ])("a server that says an identifier is in use knows another state: the link is replaced", (packet) => {
    const rig = Rig.make()
    rig.connect()
    const publish = rig.publish("t", packet._tag === "PubAck" ? 1 : 2)
    rig.sent()
    rig.receive(packet)
    assert.strictEqual(publish.result, "PublishRejected")
    assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
    assert.deepInclude(rig.sent()[0], { _tag: "Disconnect", reasonCode: 0x82 })
  })

  it("an unacknowledged packet ends the link after its time, on the same link nothing is resent", () => {
    const rig = Rig.make()
    rig.connect()
    rig.publish("t", 1)
    rig.sent()
    rig.advance(29_999)
    assert.isUndefined(rig.ended())
    assert.deepStrictEqual(rig.tags(), [])
    rig.advance(1)
    assert.strictEqual(rig.ended(), "ConnectError.AcknowledgementTimeout")
  })

  it("a ping without answer does too, whatever else the server says", () => {
    const rig = Rig.make()
    rig.connect()
    let roundTrip: number | undefined | "waits" = "waits"
    rig.session.ping(rig.now(), (result) => {
      roundTrip = result
    })
    rig.sent()
    for (let seconds = 0; seconds < 30; seconds += 2) {
      assert.strictEqual(roundTrip, "waits")
      rig.receive(Packet.publish({ topic: "t", payload: bytes("x") }))
      rig.advance(2000)
      rig.sent()
    }
    assert.strictEqual(rig.ended(), "ConnectError.AcknowledgementTimeout")
    assert.isUndefined(roundTrip)
    assert.isFalse(rig.session.awaitsAnswer())
  })

  it("a server that repeats its PUBREC does not put that off", () => {
    const rig = Rig.make()
    rig.connect()
    rig.publish("t", 2)
    rig.sent()
    for (let seconds = 0; seconds < 30; seconds += 5) {
      assert.isUndefined(rig.ended())
      rig.receive(Packet.pubRec({ packetId: 1 }))
      assert.deepStrictEqual(rig.tags(), ["PubRel"])
      rig.advance(5000)
    }
    assert.strictEqual(rig.ended(), "ConnectError.AcknowledgementTimeout")
  })

  it("a SUBSCRIBE without answer does too, and a PUBREL", () => {
    const subscriber = Rig.make()
    subscriber.connect()
    subscriber.session.subscribe(0, { _tag: "Subscribe", subscriptions: [{ filter: "f", qos: 0 }] }, () => {})
    subscriber.advance(30_000)
    assert.strictEqual(subscriber.ended(), "ConnectError.AcknowledgementTimeout")
    const publisher = Rig.make()
    publisher.connect()
    publisher.publish("t", 2)
    publisher.advance(20_000)
    publisher.receive(Packet.pubRec({ packetId: 1 }))
    publisher.advance(20_000)
    assert.isUndefined(publisher.ended())
    publisher.advance(10_000)
    assert.strictEqual(publisher.ended(), "ConnectError.AcknowledgementTimeout")
  })

  it.each<[string, Uint8Array, number]>([
    ["packet type 0", Uint8Array.of(0x00, 0x00), 0x81],
    ["a packet only clients send", Uint8Array.of(0xc0, 0x00), 0x82],
    ["QoS 3", Uint8Array.of(0x36, 5, 0, 1, 0x61, 0, 1), 0x81],
    ["packet identifier 0", Uint8Array.of(0x40, 2, 0, 0), 0x82],
    ["a packet above the maximum", Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f), 0x95],
    ["a topic alias, of which none was announced", Uint8Array.of(0x30, 7, 0, 1, 0x61, 3, 0x23, 0, 1), 0x94],
    ["an empty topic", Uint8Array.of(0x30, 3, 0, 0, 0), 0x82],
    ["AUTH without a method", Uint8Array.of(0xf0, 0), 0x82]
  ])("%s ends the link, and what is behind it is not processed", (_, bad, reasonCode) => {
    const rig = Rig.make()
    rig.connect()
    rig.sent()
    rig.receiveBytes(
      Uint8Array.of(
        ...bytesOf(5, Packet.publish({ topic: "before", payload: new Uint8Array() })),
        ...bad,
        ...bytesOf(5, Packet.publish({ topic: "behind", payload: new Uint8Array() }))
      )
    )
    rig.receive(Packet.publish({ topic: "later", payload: new Uint8Array() }))
    assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
    assert.deepStrictEqual(rig.messages.map(({ topic }) => topic), ["before"])
    const last = rig.sent()
    assert.strictEqual(last.length, 1)
    assert.deepInclude(last[0], { _tag: "Disconnect", reasonCode })
  })

  it.each([Uint8Array.of(0x00, 0x00), Uint8Array.of(0xe0, 0x00), Uint8Array.of(0xf0, 0x00)])(
    "3.1.1 closes without a word at %s",
    (bad) => {
      const rig = Rig.make(4)
      rig.connect()
      rig.sent()
      rig.receiveBytes(bad)
      assert.match(rig.ended() ?? "", /^ConnectError/)
      assert.deepStrictEqual(rig.tags(), [])
    }
  )

  it("writes nothing behind DISCONNECT", () => {
    for (const end of ["disconnect", "violation"]) {
      const rig = Rig.make()
      rig.connect()
      rig.receive(incoming("a", 1))
      rig.publish("flying", 1)
      rig.sent()
      if (end === "disconnect") rig.session.disconnect(0)
      else rig.connAck()
      rig.session.accept(rig.pendings[0])
      rig.publish("late", 1)
      rig.session.subscribe(0, { _tag: "Subscribe", subscriptions: [{ filter: "f", qos: 0 }] }, () => {})
      rig.session.ping(0, () => {})
      assert.deepStrictEqual(rig.tags(), ["Disconnect"])
    }
  })

  it("every way to cut the bytes has the same outcome", () => {
    const stream = bytesOf(
      5,
      Packet.connAck(),
      incoming("a", 1),
      incoming("b", 2, 2),
      Packet.publish({ topic: "c", payload: Rig.bytes("x".repeat(200)) }),
      Packet.pubRel({ packetId: 2 }),
      Packet.pubAck({ packetId: 1 })
    )
    const run = (sizes: (at: number) => number) => {
      const rig = Rig.make()
      const out = rig.publish("out", 1)
      rig.open()
      for (let at = 0; at < stream.length;) {
        const size = sizes(at)
        rig.receiveBytes(stream.slice(at, at + size))
        at += size
      }
      rig.pendings.forEach((pending) => rig.session.accept(pending))
      return [rig.messages.map(({ topic }) => topic), rig.tags(), out.result, rig.ended()]
    }
    const whole = run(() => stream.length)
    assert.deepStrictEqual(run(() => 1), whole)
    for (let cut = 1; cut < stream.length; cut++) {
      assert.deepStrictEqual(run((at) => at === 0 ? cut : stream.length), whole)
    }
  })

  it("dispose settles everything", () => {
    for (const connected of [true, false]) {
      const rig = Rig.make(5, { inFlight: 1 })
      const outcomes: Array<string> = []
      if (connected) {
        rig.connect()
        rig.session.subscribe(
          0,
          { _tag: "Subscribe", subscriptions: [{ filter: "f", qos: 0 }] },
          ({ _tag }) => outcomes.push(_tag)
        )
        rig.session.unsubscribe(0, { _tag: "Unsubscribe", filters: ["f"] }, ({ _tag }) => outcomes.push(_tag))
        rig.session.ping(0, (trip) => outcomes.push(`ping ${trip}`))
      }
      const all = [rig.publish("a", 2), rig.publish("b", 1), rig.publish("c", 2), rig.publish("d", 1)]
      if (connected) rig.receive(Packet.pubRec({ packetId: 3 }))
      rig.session.dispose(new ConnectError({ reason: "Closed", retryable: false }))
      assert.deepStrictEqual(all.map(({ result }) => result), ["Closed", "Closed", "Closed", "Closed"])
      if (connected) assert.sameMembers(outcomes, ["LinkLost", "LinkLost", "ping undefined"])
    }
  })
})
