import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { ConnectError } from "../src/MqttError.ts"
import * as Rig from "./sessionRig.ts"
import { bytes } from "./sessionRig.ts"

const versions: ReadonlyArray<Rig.Version> = [4, 5]

const publishes = (packets: ReadonlyArray<Packet.Packet>) =>
  packets.flatMap((packet) => packet._tag === "Publish" ? [[packet.topic, packet.packetId, packet.dup]] : [])

describe.each(versions)("publishing, MQTT %d", (version) => {
  it("QoS 0 settles when written, QoS 1 with PUBACK, QoS 2 with PUBCOMP", () => {
    const rig = Rig.make(version)
    rig.connect()
    const results = [0, 1, 2].map((qos) => rig.publish("t", qos === 0 ? 0 : qos === 1 ? 1 : 2))
    const now = () => results.map(({ result }) => result)
    assert.deepStrictEqual(now(), [0, "waits", "waits"])
    assert.deepStrictEqual(rig.tags(), ["Publish", "Publish", "Publish"])
    rig.receive(Packet.pubAck({ packetId: 1 }), Packet.pubRec({ packetId: 2 }))
    assert.deepStrictEqual(rig.tags(), ["PubRel"])
    assert.deepStrictEqual(now(), [0, 0, "waits"])
    rig.receive(Packet.pubComp({ packetId: 2 }))
    assert.deepStrictEqual(now(), [0, 0, 0])
    assert.isTrue(rig.session.isIdle())
  })

  it.each<[string, 1 | 2, Packet.Packet]>([
    ["PUBACK for QoS 2", 2, Packet.pubAck({ packetId: 1 })],
    ["PUBREC for QoS 1", 1, Packet.pubRec({ packetId: 1 })],
    ["PUBCOMP before PUBREC", 2, Packet.pubComp({ packetId: 1 })]
  ])("%s is a protocol error", (_, qos, packet) => {
    const rig = Rig.make(version)
    rig.connect()
    rig.publish("t", qos)
    rig.sent()
    rig.receive(packet)
    assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
    assert.deepStrictEqual(rig.tags(), version === 5 ? ["Disconnect"] : [])
  })

  it("ignores acknowledgements of nothing, and answers PUBREC and PUBREL of nothing", () => {
    const rig = Rig.make(version)
    rig.connect()
    rig.sent()
    rig.receive(
      Packet.pubAck({ packetId: 9 }),
      Packet.pubComp({ packetId: 9 }),
      Packet.subAck({ packetId: 9, reasonCodes: [0] }),
      Packet.pubRec({ packetId: 9 }),
      Packet.pubRel({ packetId: 9 })
    )
    const [release, complete] = rig.sent()
    assert.deepInclude(release, { _tag: "PubRel", packetId: 9 })
    assert.deepInclude(complete, { _tag: "PubComp", packetId: 9 })
    if (version === 5) {
      assert.deepInclude(release, { reasonCode: 0x92 })
      assert.deepInclude(complete, { reasonCode: 0x92 })
      rig.receive(Packet.pubRec({ packetId: 9, reasonCode: 0x97 }))
      assert.deepStrictEqual(rig.sent(), [])
    }
    assert.isUndefined(rig.ended())
  })

  it("answers each repeated PUBREC with PUBREL, and the window stays what it was", () => {
    const rig = Rig.make(version, { inFlight: 1 })
    rig.connect()
    const first = rig.publish("a", 2)
    const second = rig.publish("b", 2)
    rig.sent()
    for (let times = 0; times < 3; times++) {
      rig.receive(Packet.pubRec({ packetId: 1 }))
      assert.deepStrictEqual(rig.tags(), ["PubRel"])
    }
    rig.receive(Packet.pubComp({ packetId: 1 }))
    assert.deepStrictEqual(publishes(rig.sent()), [["b", 2, false]])
    rig.receive(Packet.pubRec({ packetId: 2 }), Packet.pubComp({ packetId: 2 }))
    assert.deepStrictEqual([first.result, second.result], [0, 0])
  })

  it("a window of one carries a thousand publishes, in order", () => {
    const rig = Rig.make(version, { inFlight: 1 })
    rig.connect()
    const all = Array.from({ length: 1000 }, (_, index) => rig.publish(`${index}`, index % 3 === 0 ? 2 : 1))
    const seen: Array<unknown> = []
    for (let step = 0; !rig.session.isIdle(); step++) {
      const packets = rig.sent()
      assert.isAtMost(packets.filter(({ _tag }) => _tag === "Publish").length, 1)
      for (const packet of packets) {
        if (packet._tag === "Publish") {
          seen.push(packet.topic)
          const packetId = packet.packetId ?? 0
          rig.receive(packet.qos === 1 ? Packet.pubAck({ packetId }) : Packet.pubRec({ packetId }))
        } else if (packet._tag === "PubRel") rig.receive(Packet.pubComp({ packetId: packet.packetId }))
      }
      assert.isBelow(step, 3000)
    }
    assert.deepStrictEqual(seen, all.map((_, index) => `${index}`))
    assert.isTrue(all.every(({ result }) => result === 0))
  })
})

describe("publishing", () => {
  describe("what expires while it waits for a link", () => {
    const publish = (rig: ReturnType<typeof Rig.make>, topic: string, messageExpiryInterval: number) => {
      const results: Array<unknown> = []
      rig.session.publish(
        rig.now(),
        { _tag: "Publish", topic, payload: bytes(""), qos: 1, retain: false, properties: { messageExpiryInterval } },
        (result) => results.push(Either.isLeft(result) ? result.left.reason : result.right.reasonCode)
      )
      return results
    }
    const expiries = (packets: ReadonlyArray<Packet.Packet>) =>
      packets.map((packet) => packet._tag === "Publish" && [packet.topic, packet.properties?.messageExpiryInterval])

    it("is not sent, the rest with the time that is left", () => {
      const rig = Rig.make()
      const stale = publish(rig, "stale", 5)
      const fresh = publish(rig, "fresh", 60)
      rig.advance(5500)
      rig.connect()
      assert.deepStrictEqual(expiries(rig.sent()), [["fresh", 55]])
      assert.deepStrictEqual([stale, fresh], [["Expired"], []])
    })

    it("makes room in a full queue", () => {
      const rig = Rig.make(5, { queueMessages: 1 })
      const stale = publish(rig, "stale", 5)
      rig.advance(4999)
      assert.deepStrictEqual(publish(rig, "refused", 60), ["QueueFull"])
      rig.advance(1)
      assert.deepStrictEqual(publish(rig, "fresh", 60), [])
      assert.deepStrictEqual(stale, ["Expired"])
    })

    it("does not any more once it was written", () => {
      const rig = Rig.make()
      rig.connect()
      const results = publish(rig, "written", 5)
      rig.sent()
      rig.session.lost(rig.now())
      rig.advance(10_000)
      rig.connect({ sessionPresent: true })
      assert.deepStrictEqual(expiries(rig.sent()), [["written", 5]])
      rig.session.lost(rig.now())
      rig.advance(10_000)
      rig.connect()
      assert.deepStrictEqual(expiries(rig.sent()), [["written", 5]])
      assert.deepStrictEqual(results, [])
    })
  })

  it("hands out the rejection, whose place is free again", () => {
    const rig = Rig.make(5, { inFlight: 1 })
    rig.connect()
    const rejected = rig.publish("a", 1)
    const alsoRejected = rig.publish("b", 2)
    const unheard = rig.publish("c", 1)
    rig.receive(Packet.pubAck({ packetId: 1, reasonCode: 0x87 }))
    rig.receive(Packet.pubRec({ packetId: 2, reasonCode: 0x97 }))
    rig.receive(Packet.pubAck({ packetId: 3, reasonCode: 0x10 }))
    assert.deepStrictEqual([rejected.result, alsoRejected.result, unheard.result], [
      "PublishRejected",
      "PublishRejected",
      0x10
    ])
    assert.isTrue(rig.session.isIdle())
  })

  describe("what PUBREC says of nobody who subscribes", () => {
    const unmatched = (overrides: Parameters<typeof Rig.make>[1] = {}) => {
      const rig = Rig.make(5, overrides)
      rig.connect()
      const outcome = rig.publish("unheard", 2)
      return { rig, outcome }
    }
    const nobody = Packet.pubRec({ packetId: 1, reasonCode: 0x10 })

    it("is what the publish gives when PUBCOMP comes", () => {
      const { outcome, rig } = unmatched()
      rig.receive(nobody)
      assert.strictEqual(outcome.result, "waits")
      rig.receive(Packet.pubComp({ packetId: 1 }))
      assert.strictEqual(outcome.result, 0x10)
      assert.deepInclude(rig.session.traffic(), { publishesOk: 1, publishesFailed: 0 })
    })

    it("counts on the next link, also for a server that has forgotten the identifier, or the session", () => {
      for (const sessionPresent of [true, false]) {
        const { outcome, rig } = unmatched()
        rig.receive(nobody)
        rig.session.lost()
        rig.connect({ sessionPresent })
        if (sessionPresent) rig.receive(Packet.pubComp({ packetId: 1, reasonCode: 0x92 }))
        assert.strictEqual(outcome.result, 0x10)
      }
    })

    it("is that of the first PUBREC that comes", () => {
      const { outcome, rig } = unmatched()
      rig.session.lost()
      rig.connect({ sessionPresent: true })
      rig.receive(nobody)
      rig.receive(Packet.pubRec({ packetId: 1 }))
      rig.receive(Packet.pubComp({ packetId: 1 }))
      assert.strictEqual(outcome.result, 0x10)
    })
  })

  it("refuses what the server does not offer, and what is too large for it, and stays connected", () => {
    const rig = Rig.make()
    rig.connect({ properties: { maximumQoS: 1, retainAvailable: 0, maximumPacketSize: 50 } })
    rig.sent()
    assert.strictEqual(rig.publish("t", 2).result, "NotSupported")
    assert.strictEqual(rig.publish("t", 1, "x".repeat(60)).result, "PacketTooLarge")
    assert.strictEqual(rig.publish("t/#", 0).result, "InvalidMessage")
    assert.deepStrictEqual(rig.tags(), [])
    rig.publish("t", 1)
    assert.deepStrictEqual(publishes(rig.sent()).map(([topic]) => topic), ["t"])
    assert.isUndefined(rig.ended())
  })

  it("bounds the queue by count and bytes; what is withdrawn makes room and is never sent", () => {
    const rig = Rig.make(5, { queueMessages: 3, queueBytes: 100 })
    const first = rig.publish("a", 1)
    const second = rig.publish("b", 0)
    assert.strictEqual(rig.publish("c", 1, "x".repeat(100)).result, "QueueFull")
    rig.publish("d", 1)
    assert.strictEqual(rig.publish("e", 1).result, "QueueFull")
    first.cancel()
    const last = rig.publish("f", 1)
    assert.strictEqual(last.result, "waits")
    rig.connect()
    assert.deepStrictEqual(publishes(rig.sent()).map(([topic]) => topic), ["b", "d", "f"])
    assert.deepStrictEqual([first.result, second.result], ["waits", 0])
  })

  it("a queue whose entries come and go by the thousand stays usable", () => {
    const rig = Rig.make(5, { queueMessages: 10 })
    for (let times = 0; times < 5000; times++) rig.publish("t", 1).cancel()
    for (let times = 0; times < 10; times++) assert.strictEqual(rig.publish(`${times}`, 1).result, "waits")
    assert.strictEqual(rig.publish("t", 1).result, "QueueFull")
    rig.connect()
    assert.strictEqual(publishes(rig.sent()).length, 10)
  })

  it("QoS 0 behind a full window waits for its turn, and fails when the link drops", () => {
    const rig = Rig.make(5, { inFlight: 1 })
    rig.connect()
    rig.publish("a", 1)
    const behind = rig.publish("b", 1)
    const zero = rig.publish("c", 0)
    assert.strictEqual(zero.result, "waits")
    rig.session.lost()
    assert.deepStrictEqual([behind.result, zero.result], ["waits", "Disconnected"])
  })

  it("a QoS 0 payload is the caller's again at once, also of a message that waits", () => {
    const rig = Rig.make()
    rig.connect({ properties: { receiveMaximum: 1 } })
    rig.sent()
    const payload = bytes("first")
    const publish = () =>
      rig.session.publish(rig.now(), { _tag: "Publish", topic: "t", qos: 0, retain: false, payload }, () => {})
    publish()
    payload.set(bytes("other"))
    rig.publish("window", 1)
    rig.publish("behind", 1)
    publish()
    payload.set(bytes("third"))
    const payloads = () =>
      rig.sent().flatMap((packet) => packet._tag === "Publish" ? [new TextDecoder().decode(packet.payload)] : [])
    assert.deepStrictEqual(payloads(), ["first", ""])
    rig.receive(Packet.pubAck({ packetId: 1 }))
    assert.deepStrictEqual(payloads(), ["", "other"])
  })

  it("survives callbacks that publish", () => {
    const rig = Rig.make(5, { queueMessages: 5 })
    const results: Array<string> = []
    const again = (left: number): void => {
      rig.session.publish(
        0,
        { _tag: "Publish", topic: `${left}`, payload: Rig.bytes(""), qos: 0, retain: false, properties: {} },
        (result) => {
          results.push(`${left} ${result._tag}`)
          if (left > 0) again(left - 1)
        }
      )
    }
    again(3)
    rig.publish("other", 0)
    rig.connect()
    assert.deepStrictEqual(publishes(rig.sent()).map(([topic]) => topic), ["3", "other", "2", "1", "0"])
    assert.deepStrictEqual(results, ["3 Right", "2 Right", "1 Right", "0 Right"])
    rig.publish("pending", 1)
    rig.session.lost()
    again(1)
    rig.session.dispose(new ConnectError({ reason: "Closed", retryable: false }))
    assert.include(results, "1 Left")
  })

  it("65519 unacknowledged publishes leave room for a SUBSCRIBE", () => {
    const rig = Rig.make(5, { inFlight: 65535 })
    rig.connect()
    for (let times = 0; times < 65530; times++) rig.publish("t", 1)
    const ids = publishes(rig.sent()).map(([, id]) => id)
    assert.strictEqual(ids.length, 65535 - 16)
    assert.strictEqual(new Set(ids).size, ids.length)
    rig.session.subscribe(0, { _tag: "Subscribe", subscriptions: [{ filter: "f", qos: 0 }] }, () => {})
    assert.deepStrictEqual(rig.tags(), ["Subscribe"])
    rig.receive(Packet.pubAck({ packetId: 1 }))
    assert.deepStrictEqual(publishes(rig.sent()), [])
    rig.receive(Packet.pubAck({ packetId: 2 }), Packet.pubAck({ packetId: 3 }))
    assert.isAtLeast(publishes(rig.sent()).length, 1)
  })
})
