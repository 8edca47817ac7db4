import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Rig from "./sessionRig.ts"

type SessionRig = ReturnType<typeof Rig.make>

/** What is asked, what the server answers, and what has to be true of the end. */
interface Exchange {
  readonly ask: (rig: SessionRig, settled: (outcome: string) => void) => void
  readonly answers: ReadonlyArray<Packet.Packet>
  readonly cutOff: string
  readonly whole: string
}

const exchanges: Record<string, Exchange> = {
  SUBSCRIBE: {
    ask: (rig, settled) =>
      rig.session.subscribe(
        0,
        { _tag: "Subscribe", subscriptions: [{ filter: "f", qos: 1 }] },
        ({ _tag }) => settled(_tag)
      ),
    answers: [Packet.subAck({ packetId: 1, reasonCodes: [1] })],
    cutOff: "LinkLost",
    whole: "Answered"
  },
  UNSUBSCRIBE: {
    ask: (rig, settled) =>
      rig.session.unsubscribe(0, { _tag: "Unsubscribe", filters: ["f"] }, ({ _tag }) => settled(_tag)),
    answers: [Packet.unsubAck({ packetId: 1, reasonCodes: [0] })],
    cutOff: "LinkLost",
    whole: "Answered"
  },
  PINGREQ: {
    ask: (rig, settled) => rig.session.ping(0, (roundTrip) => settled(roundTrip === undefined ? "lost" : "answered")),
    answers: [Packet.pingResp],
    cutOff: "lost",
    whole: "answered"
  },
  "re-authentication": {
    ask: (rig, settled) =>
      rig.session.reauthenticate(0, undefined, (error) => settled(error === undefined ? "agreed" : error.reason)),
    answers: [Packet.auth({ reasonCode: 0, properties: { authenticationMethod: "M" } })],
    cutOff: "Transport",
    whole: "agreed"
  }
}

const method = { properties: { authenticationMethod: "M" } }

const letIn = (rig: SessionRig, connAck: Partial<Omit<Packet.ConnAck, "_tag">> = {}) => {
  rig.open({ cleanStart: !rig.session.hasState(), properties: { sessionExpiryInterval: 60, ...method.properties } })
  rig.connAck({ ...connAck, ...method })
  rig.session.authenticate(0, undefined)
  rig.sent()
}

describe("a link that is cut after any byte of the answer", () => {
  it.each(Object.entries(exchanges))("%s settles, once, and the next link is whole", (_, exchange) => {
    const { answers, ask, cutOff, whole } = exchange
    const bytes = Rig.bytesOf(5, ...answers)
    for (const sessionPresent of [true, false]) {
      for (let cut = 0; cut <= bytes.length; cut++) {
        const rig = Rig.make()
        letIn(rig)
        const outcomes: Array<string> = []
        ask(rig, (outcome) => outcomes.push(outcome))
        rig.sent()
        rig.receiveBytes(bytes.slice(0, cut))
        // A re-authentication is over when the mechanism agrees, too.
        rig.session.authenticate(0, undefined)
        rig.session.lost()
        assert.deepStrictEqual(outcomes, [cut === bytes.length ? whole : cutOff], `${cut}`)
        letIn(rig, { sessionPresent })
        assert.isUndefined(rig.ended())
        assert.isTrue(rig.session.isIdle())
        assert.isFalse(rig.session.awaitsAnswer())
      }
    }
  })

  it("CONNECT: nothing is known of the session until the CONNACK is whole", () => {
    const bytes = Rig.bytesOf(5, Packet.connAck({ sessionPresent: true }))
    for (let cut = 0; cut < bytes.length; cut++) {
      const rig = Rig.make()
      rig.connect()
      const outcome = rig.publish("t", 2)
      rig.sent()
      rig.session.lost()
      rig.open({ cleanStart: false })
      rig.receiveBytes(bytes.slice(0, cut))
      rig.session.lost()
      assert.strictEqual(rig.connections(), 1)
      assert.strictEqual(outcome.result, "waits")
      rig.connect({ sessionPresent: true })
      assert.deepInclude(
        rig.sent(),
        Packet.publish({
          topic: "t",
          payload: Rig.bytes(""),
          qos: 2,
          packetId: 1,
          dup: true,
          properties: {}
        })
      )
    }
  })
})
