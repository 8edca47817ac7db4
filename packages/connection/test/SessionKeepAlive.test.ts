import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Rig from "./sessionRig.ts"

describe("keep-alive", () => {
  it("a subscriber that only receives pings before the time is over", () => {
    const rig = Rig.make()
    rig.connect()
    rig.sent()
    for (let second = 0; second < 54; second++) {
      assert.deepStrictEqual(rig.tags(), [])
      rig.advance(1000)
      if (second < 53) rig.receive(Packet.publish({ topic: "t", payload: new Uint8Array() }))
    }
    assert.deepStrictEqual(rig.tags(), ["PingReq"])
  })

  it("a publisher of QoS 0 pings too, and finds the dead peer within ten seconds", () => {
    const rig = Rig.make()
    rig.connect()
    for (let second = 0; second < 54; second++) {
      rig.publish("t", 0)
      rig.advance(1000)
    }
    assert.include(rig.tags(), "PingReq")
    for (let second = 0; second < 9; second++) {
      rig.publish("t", 0)
      rig.advance(1000)
    }
    assert.isUndefined(rig.ended())
    rig.advance(1000)
    assert.strictEqual(rig.ended(), "ConnectError.KeepAliveTimeout")
    assert.notInclude(rig.tags(), "Disconnect")
  })

  it("any packet after the ping is a sign of life", () => {
    const rig = Rig.make()
    rig.connect()
    rig.advance(54_000)
    rig.sent()
    rig.receive(Packet.publish({ topic: "t", payload: new Uint8Array() }))
    rig.advance(20_000)
    assert.isUndefined(rig.ended())
  })

  it("a ping that the transport does not take is one without answer, whatever comes meanwhile", () => {
    const rig = Rig.make()
    rig.connect()
    rig.sent()
    rig.advance(54_000)
    rig.session.takeOutput()
    for (let second = 0; second < 9; second++) {
      rig.advance(1000)
      rig.receive(Packet.publish({ topic: "t", payload: new Uint8Array() }))
    }
    assert.isUndefined(rig.ended())
    rig.advance(1000)
    assert.strictEqual(rig.ended(), "ConnectError.KeepAliveTimeout")
  })

  it("has its time from the moment at which it left", () => {
    const rig = Rig.make()
    rig.connect()
    rig.sent()
    rig.advance(54_000)
    rig.session.takeOutput()
    rig.advance(9000)
    rig.session.flushed(rig.now())
    rig.advance(9999)
    assert.isUndefined(rig.ended())
    rig.advance(1)
    assert.strictEqual(rig.ended(), "ConnectError.KeepAliveTimeout")
  })

  it("the parts of a large packet put that off, three times", () => {
    const rig = Rig.make()
    rig.connect()
    rig.advance(54_000)
    rig.sent()
    rig.receiveBytes(Uint8Array.of(0x30, 0xe8, 0x07))
    for (let times = 0; times < 3; times++) {
      rig.receiveBytes(new Uint8Array(10))
      rig.advance(10_000)
      assert.isUndefined(rig.ended())
    }
    rig.receiveBytes(new Uint8Array(10))
    rig.advance(10_000)
    assert.strictEqual(rig.ended(), "ConnectError.KeepAliveTimeout")
  })

  it("a process that slept for an hour asks first, and gives the peer the time to answer", () => {
    const rig = Rig.make()
    rig.connect()
    rig.sent()
    // Nothing ticks while it sleeps.
    rig.session.tick(3_600_000)
    assert.strictEqual(rig.session.outputBytes(), 2)
    assert.isUndefined(rig.ended())
    assert.strictEqual(rig.session.deadline(), 3_610_000)
  })

  it.each<[number, number, number]>([[10, 60, 9000], [120, 60, 108_000], [1, 60, 500], [30, 0, 27_000]])(
    "the server's %d s count, not our %d: first ping after %d ms",
    (serverKeepAlive, keepAlive, due) => {
      const rig = Rig.make(5)
      rig.connect({ properties: { serverKeepAlive } }, { keepAlive })
      rig.sent()
      rig.advance(due - 1)
      assert.deepStrictEqual(rig.tags(), [])
      rig.advance(1)
      assert.deepStrictEqual(rig.tags(), ["PingReq"])
    }
  )

  it("a server that says 0 turns it off", () => {
    const rig = Rig.make()
    rig.connect({ properties: { serverKeepAlive: 0 } })
    assert.strictEqual(rig.session.deadline(), Infinity)
  })

  it("does not blame the peer while we do not read, and goes on pinging", () => {
    const rig = Rig.make()
    rig.connect()
    rig.sent()
    rig.session.readingPaused(rig.now(), true)
    rig.advance(200_000)
    assert.isUndefined(rig.ended())
    assert.isAtLeast(rig.tags().length, 3)
    rig.session.readingPaused(rig.now(), false)
    rig.advance(9999)
    assert.isUndefined(rig.ended())
    rig.advance(1)
    assert.strictEqual(rig.ended(), "ConnectError.KeepAliveTimeout")
  })

  it("does not count the time in which we do not read as that of an answer", () => {
    const rig = Rig.make()
    rig.connect()
    rig.publish("t", 1)
    rig.advance(20_000)
    rig.session.readingPaused(rig.now(), true)
    rig.advance(200_000)
    rig.session.readingPaused(rig.now(), false)
    rig.receive(Packet.pingResp)
    rig.advance(29_999)
    assert.isUndefined(rig.ended())
    rig.advance(1)
    assert.strictEqual(rig.ended(), "ConnectError.AcknowledgementTimeout")
  })

  it("measures a round trip; callers share one ping", () => {
    const rig = Rig.make()
    rig.connect()
    rig.sent()
    const trips: Array<number | undefined> = []
    rig.session.ping(rig.now(), (trip) => trips.push(trip))
    rig.session.ping(rig.now(), (trip) => trips.push(trip))
    assert.deepStrictEqual(rig.tags(), ["PingReq"])
    rig.advance(40)
    rig.receive(Packet.pingResp, Packet.pingResp)
    assert.deepStrictEqual(trips, [40, 40])
  })
})
