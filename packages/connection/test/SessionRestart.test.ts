import { Packet } from "@effect-mqtt/codec"
import type { Session } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import * as Rig from "./sessionRig.ts"

/** A program with a disk, which can be started again. */
const begin = (options: Partial<Session.Options> = {}) => {
  const disk = new Map<string, Uint8Array>()
  const run = () => {
    const rig = Rig.make(5, { records: new Map(disk), ...options })
    const commit = () => {
      for (let changes = rig.session.takeChanges(); changes.length > 0; changes = rig.session.takeChanges()) {
        for (const { key, value } of changes) {
          if (value === undefined) disk.delete(key)
          else disk.set(key, value)
        }
        rig.session.committed(rig.now())
      }
    }
    const connect = (sessionPresent: boolean, receiveMaximum = 64) => {
      rig.open({ cleanStart: !rig.session.hasState() })
      commit()
      rig.connAck({ sessionPresent, properties: { receiveMaximum } })
      commit()
      return rig.sent()
    }
    return { ...rig, commit, connect }
  }
  return { first: run(), restart: run }
}

/** Two publishes were written, the server has lost the session, and has room for one of them only. */
const requeued = (options: Partial<Session.Options> = {}) => {
  const { first, restart } = begin(options)
  first.connect(false)
  first.publish("a", 1)
  const behind = first.publish("b", 1)
  first.commit()
  first.session.lost()
  first.connect(false, 1)
  return { behind, first, restart }
}

describe("a restarted program", () => {
  it("releases in the order of the PUBRECs", () => {
    const { first, restart } = begin()
    first.connect(false)
    for (const topic of ["a", "b"]) first.publish(topic, 2)
    first.commit()
    for (const packetId of [2, 1]) first.receive(Packet.pubRec({ packetId }))
    first.commit()
    const packets = restart().connect(true)
    assert.deepStrictEqual(packets.map((packet) => packet._tag === "PubRel" ? packet.packetId : packet._tag), [2, 1])
  })

  it("sends as new what the lost session had, and the next one has not seen", () => {
    const { restart } = requeued()
    const packets = restart().connect(true)
    assert.deepStrictEqual(
      packets.map((packet) => packet._tag === "Publish" ? [packet.topic, packet.dup] : []),
      [["a", true], ["b", false]]
    )
  })

  it.each<[string, (of: ReturnType<typeof requeued>) => void]>([
    ["was withdrawn", ({ behind }) => behind.cancel()],
    ["failed when the link dropped", ({ first }) => first.session.lost()]
  ])("does not send what %s", (_, act) => {
    const of = requeued({ queueRetention: "failAll" })
    act(of)
    of.first.commit()
    assert.strictEqual(of.restart().session.restored()?.publishes, 1)
  })

  it("does not know filters that the server refused, or has unsubscribed", () => {
    const { first, restart } = begin()
    first.connect(false)
    const subscribe = (filter: string) =>
      first.session.subscribe(first.now(), { _tag: "Subscribe", subscriptions: [{ filter, qos: 0 }] }, () => {})
    for (const filter of ["a", "b", "c"]) subscribe(filter)
    first.commit()
    for (const [packetId, code] of [[1, 0], [2, 0x87], [3, 0]] as const) {
      first.receive(Packet.subAck({ packetId, reasonCodes: [code] }))
    }
    first.session.unsubscribe(first.now(), { _tag: "Unsubscribe", filters: ["c"] }, () => {})
    first.commit()
    first.receive(Packet.unsubAck({ packetId: 4, reasonCodes: [0] }))
    first.commit()
    assert.deepStrictEqual(restart().session.restored()?.subscriptions.map(({ filter }) => filter), ["a"])
  })
})

describe("an exchange that is over, and whose record is still in the store", () => {
  /** Its identifier is the only one that another packet can have. */
  const finished = () => {
    const { first, restart } = begin()
    first.connect(false)
    const publish = first.publish("a", 1)
    first.commit()
    const ask = (filter: string) =>
      first.session.unsubscribe(first.now(), { _tag: "Unsubscribe", filters: [filter] }, () => {})
    for (let count = 0; count < 65_535; count++) ask("f")
    first.sent()
    first.receive(Packet.pubAck({ packetId: 1 }))
    return { first, publish, restart }
  }

  it("lends its identifier to nothing: a restarted program sends the message with it again", () => {
    const { first, publish, restart } = finished()
    assert.deepStrictEqual(first.sent(), [])
    assert.strictEqual(publish.result, "waits")
    const [again, ...others] = restart().connect(true)
    assert.isTrue(again._tag === "Publish" && again.packetId === 1 && again.dup && again.topic === "a")
    assert.deepStrictEqual(others, [])
  })

  it("gives it back with its record, at once", () => {
    const { first, publish, restart } = finished()
    first.commit()
    assert.deepStrictEqual(first.sent().map((packet) => "packetId" in packet ? packet.packetId : 0), [1])
    assert.strictEqual(publish.result, 0)
    assert.deepStrictEqual(restart().connect(true), [])
  })
})
