import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import type { MqttError, Session, SessionStore } from "@effect-mqtt/connection"
import { assert } from "@effect/vitest"
import { Either } from "effect"
import * as records from "../src/internal/session/storing/records.ts"
import * as Rig from "./sessionRig.ts"

/**
 * A program with a durable session, its disk, and a correct server, connected by a wire that the test
 * moves byte by byte. The program can be killed between any two steps and started again: it then
 * knows what is on the disk and nothing else. The server keeps its half of the session.
 */
export interface Options {
  readonly inFlight?: number
  /** The server's Receive Maximum; it may be lower on a later link. */
  readonly receiveMaximum?: () => number
  readonly ourReceiveMaximum?: number
}

interface Published {
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly outcome: Rig.Outcome
  /** The program was killed before it heard what became of it. */
  isOrphan: boolean
}

/** What the server sends, in the order of sending. */
interface Exchange {
  readonly id: number
  readonly topic: string
  readonly qos: 1 | 2
  state: "published" | "released"
}

interface ServerSession {
  /** QoS 2 identifiers without PUBREL. */
  readonly received: Set<number>
  /** Exchanges of the client whose end it has not heard of. */
  readonly open: Map<number, string>
  outgoing: Array<Exchange>
}

interface Link {
  readonly fromClient: Decoder.Decoder
  uplink: Array<number>
  downlink: Array<number>
  readonly unacknowledged: Set<number>
  window: number
  isConnected: boolean
}

export const make = (options: Options = {}) => {
  const disk = new Map<string, Uint8Array>()
  /** Topics that were on the disk at any time: their messages are not lost, whoever is killed. */
  const everStored = new Set<string>()
  const published: Array<Published> = []
  /** What the server has handed on, by topic. */
  const delivered: Array<string> = []
  /** What the program has taken responsibility for. */
  const accepted: Array<string> = []
  /** Accepted, and not known to be a duplicate after a restart: the documented window. */
  const unsure = new Map<number, string>()
  /** QoS 2 topics that were in it when the program was killed, and how often. */
  const repeatable = new Map<string, number>()
  const sent: Array<{ readonly topic: string; readonly qos: 1 | 2 }> = []
  const toSend: Array<{ readonly topic: string; readonly qos: 1 | 2 }> = []
  /** Messages that the server forgot with its session. */
  const forgotten = new Set<string>()
  let server: ServerSession | undefined
  let link: Link | undefined
  let batch: ReadonlyArray<SessionStore.Change> = []
  let isWritten = false
  let bytes = 0
  /**
   * The server has begun a session of which the disk knows nothing yet. MQTT gives a session no name:
   * cut or killed now, the client would take it for the old one. Nobody can do better, so it is left out.
   */
  let isUnrecorded = false
  let pendings: Array<{ readonly topic: string; readonly pending: Session.Pending }> = []

  const start = () =>
    Rig.make(5, {
      inFlight: options.inFlight ?? 64,
      receiveMaximum: options.ourReceiveMaximum ?? 64,
      records: new Map(disk),
      onMessage: ({ topic }, pending) => {
        if (pending !== undefined) pendings.push({ topic, pending })
      }
    })
  let program = start()

  const answer = (on: Link, packet: Packet.Packet) => {
    on.downlink.push(...Either.getOrThrow(Encoder.encode(packet, 5)))
  }

  const pushMessages = (on: Link, session: ServerSession) => {
    while (toSend.length > 0 && session.outgoing.length < (options.ourReceiveMaximum ?? 64)) {
      const next = toSend.shift()
      if (next === undefined) return
      // The lowest free one: identifiers come back as early as they can.
      let id = 1
      while (session.outgoing.some((exchange) => exchange.id === id)) id++
      session.outgoing.push({ ...next, id, state: "published" })
      answer(on, Packet.publish({ topic: next.topic, qos: next.qos, packetId: id, payload: new Uint8Array() }))
    }
  }

  const onConnect = (on: Link, packet: Packet.Connect) => {
    if (packet.cleanStart) forget()
    const present = server !== undefined
    isUnrecorded ||= !present
    const session = server ?? { received: new Set(), open: new Map(), outgoing: [] }
    server = session
    on.window = options.receiveMaximum?.() ?? 64
    on.isConnected = true
    answer(on, Packet.connAck({ sessionPresent: present, properties: { receiveMaximum: on.window } }))
    for (const { id, qos, state, topic } of session.outgoing) {
      answer(
        on,
        state === "released"
          ? Packet.pubRel({ packetId: id })
          : Packet.publish({ topic, qos, packetId: id, dup: true, payload: new Uint8Array() })
      )
    }
    pushMessages(on, session)
  }

  const onPublish = (on: Link, session: ServerSession, { dup, packetId = 0, qos, topic }: Packet.Publish) => {
    if (qos === 0) {
      delivered.push(topic)
      return
    }
    on.unacknowledged.add(packetId)
    assert.isAtMost(on.unacknowledged.size, on.window, "more in flight than the Receive Maximum")
    if (dup) assert.strictEqual(session.open.get(packetId) ?? topic, topic, "a resend is of the same message")
    else assert.isFalse(session.open.has(packetId), `identifier ${packetId} is in use`)
    session.open.set(packetId, topic)
    if (qos === 1 || !session.received.has(packetId)) delivered.push(topic)
    if (qos === 2) session.received.add(packetId)
    answer(on, qos === 1 ? Packet.pubAck({ packetId }) : Packet.pubRec({ packetId }))
  }

  const onPacket = (on: Link, packet: Packet.Packet) => {
    if (packet._tag === "Connect") return onConnect(on, packet)
    assert.isTrue(on.isConnected, `${packet._tag} before CONNACK`)
    const session = server
    if (session === undefined) return
    switch (packet._tag) {
      case "Publish":
        return onPublish(on, session, packet)
      case "PubRel": {
        const isKnown = session.received.delete(packet.packetId)
        return answer(on, Packet.pubComp({ packetId: packet.packetId, reasonCode: isKnown ? 0 : 0x92 }))
      }
      case "PubAck":
      case "PubComp":
        session.outgoing = session.outgoing.filter(({ id }) => id !== packet.packetId)
        return pushMessages(on, session)
      case "PubRec": {
        const exchange = session.outgoing.find(({ id }) => id === packet.packetId)
        if (exchange !== undefined) exchange.state = "released"
        return answer(on, Packet.pubRel({ packetId: packet.packetId }))
      }
      default:
        assert.strictEqual(packet._tag, "Disconnect")
    }
  }

  /** What arrives at the client ends exchanges: from then on it may use an identifier again. */
  const heard = (packet: Packet.Packet) => {
    if (packet._tag !== "PubAck" && packet._tag !== "PubComp") return
    server?.open.delete(packet.packetId)
    link?.unacknowledged.delete(packet.packetId)
  }

  const forget = () => {
    for (const { topic } of server?.outgoing ?? []) forgotten.add(topic)
    server = undefined
  }

  let fromServer = Decoder.make({ role: "client", version: 5 })

  const cut = () => {
    link = undefined
    program.session.takeOutput()
    program.session.lost(0)
  }

  const collect = () => {
    const on = link
    if (on === undefined) return
    for (const piece of program.session.takeOutput()) on.uplink.push(...piece)
  }

  return {
    disk,
    delivered,
    accepted,
    published,
    sent,
    everStored,
    repeatable,
    forgotten,
    program: () => program,
    isLinked: () => link !== undefined,
    /** Bytes that the wire has carried. */
    moved: () => bytes,
    connect: () => {
      link = {
        fromClient: Decoder.make({ role: "server" }),
        uplink: [],
        downlink: [],
        unacknowledged: new Set(),
        window: 64,
        isConnected: false
      }
      fromServer = Decoder.make({ role: "client", version: 5 })
      program.session.open(
        0,
        Packet.connect({
          clientId: "c",
          protocolVersion: 5,
          cleanStart: program.session.mustStartClean() || !program.session.isResumable(0),
          properties: { sessionExpiryInterval: 3600, receiveMaximum: options.ourReceiveMaximum ?? 64 }
        })
      )
    },
    publish: (qos: 0 | 1 | 2) => {
      const topic = `${published.length}`
      published.push({ topic, qos, outcome: program.publish(topic, qos), isOrphan: false })
    },
    /** Has the server send a message. */
    send: (qos: 1 | 2) => {
      const message = { topic: `m${sent.length}`, qos }
      sent.push(message)
      toSend.push(message)
      if (link?.isConnected === true && server !== undefined) pushMessages(link, server)
    },
    /** The store gets the next batch. */
    take: (): boolean => {
      if (batch.length > 0) return false
      batch = program.session.takeChanges()
      isWritten = false
      return batch.length > 0
    },
    /** The batch is on the disk, and nobody knows. */
    write: (): boolean => {
      if (batch.length === 0 || isWritten) return false
      for (const { key, value } of batch) {
        if (value === undefined) disk.delete(key)
        else disk.set(key, value)
        if (value === undefined) continue
        const { marker, outgoing, received } = records.decode(new Map([[key, value]]))
        if (marker?.isConfirmed === true && marker.disconnectedAt === undefined) isUnrecorded = false
        for (const { message, state } of outgoing) if (state !== "Released") everStored.add(message.topic)
        for (const id of received) unsure.delete(id)
      }
      isWritten = true
      return true
    },
    /** The session hears of it. */
    commit: (): boolean => {
      if (batch.length === 0 || !isWritten) return false
      batch = []
      program.session.committed(0)
      return true
    },
    fail: (error: MqttError.StoreError): boolean => {
      if (batch.length === 0 || isWritten) return false
      batch = []
      program.session.commitFailed(0, error)
      return true
    },
    /** Moves bytes to the server; returns how many. */
    up: (most: number): number => {
      collect()
      const on = link
      if (on === undefined) return 0
      const moved = on.uplink.splice(0, most)
      bytes += moved.length
      const { error, packets } = on.fromClient.push(Uint8Array.from(moved))
      if (error !== undefined) throw error
      for (const packet of packets) onPacket(on, packet)
      return moved.length
    },
    /** Moves bytes to the client; returns how many. */
    down: (most: number): number => {
      const on = link
      if (on === undefined) return 0
      const moved = Uint8Array.from(on.downlink.splice(0, most))
      bytes += moved.length
      for (const packet of fromServer.push(moved).packets) heard(packet)
      program.session.receive(0, moved)
      return moved.length
    },
    accept: (which: number): boolean => {
      const [taken] = pendings.splice(which % Math.max(1, pendings.length), 1)
      if (taken === undefined) return false
      accepted.push(taken.topic)
      if (taken.pending.qos === 2) unsure.set(taken.pending.id, taken.topic)
      program.session.accept(taken.pending)
      return true
    },
    cut: () => {
      if (!isUnrecorded) cut()
    },
    hangUp: cut,
    forget,
    /** Kills the program and starts it again. */
    crash: () => {
      if (isUnrecorded) return
      for (const topic of unsure.values()) repeatable.set(topic, (repeatable.get(topic) ?? 0) + 1)
      unsure.clear()
      pendings = []
      batch = []
      link = undefined
      for (const one of published) one.isOrphan ||= one.outcome.result === "waits"
      program = start()
    },
    isQuiet: () =>
      batch.length === 0 && pendings.length === 0 && toSend.length === 0 && link?.isConnected === true &&
      program.session.isReady() &&
      link.uplink.length === 0 && link.downlink.length === 0 && program.session.isIdle() &&
      (server?.outgoing.length ?? 0) === 0
  }
}

export type World = ReturnType<typeof make>

const stepStore = (world: World): boolean => world.take() || world.write() || world.commit()

const stepWire = (world: World, bytes: number): boolean =>
  world.up(bytes) > 0 || world.down(bytes) > 0 || world.accept(0)

/** Who gets on while there is something to do for both: nothing may rely on the disk being the faster one. */
export type Faster = "store" | "wire"

/** One step of what happens by itself; false when nothing is left to do. */
export const step = (world: World, faster: Faster = "store", bytes = Infinity): boolean => {
  if (!world.isLinked()) {
    world.connect()
    return true
  }
  return faster === "store"
    ? stepStore(world) || stepWire(world, bytes)
    : stepWire(world, bytes) || stepStore(world)
}

/** Lets everything come to rest; a link that ended is replaced. */
export const settle = (world: World) => {
  for (let count = 0; step(world); count++) {
    assert.isBelow(count, 5000, "it never comes to rest")
    const { session } = world.program()
    if (session.ended() === undefined) continue
    assert.isTrue(session.mustStartClean(), session.ended()?.message)
    world.hangUp()
  }
  assert.isTrue(world.isQuiet(), "it is stuck")
}

/** What has to hold when everything has come to rest. */
export const check = (world: World, mayForget = false) => {
  const copies = (list: ReadonlyArray<string>, topic: string) => list.filter((other) => other === topic).length
  for (const { isOrphan, outcome, qos, topic } of world.published) {
    const count = copies(world.delivered, topic)
    const name = `${topic} (QoS ${qos})`
    if (!isOrphan) assert.notStrictEqual(outcome.result, "waits", `${name} never settles`)
    if (!isOrphan && qos > 0 && !mayForget) assert.strictEqual(outcome.result, 0, name)
    const mayBeGone = qos === 0 || (qos === 2 && mayForget && outcome.result !== 0)
    if (!mayBeGone && (outcome.result === 0 || world.everStored.has(topic))) {
      assert.isAtLeast(count, 1, `${name} is lost`)
    }
    if (qos === 2) assert.isAtMost(count, 1, `${name} is doubled`)
  }
  for (const { qos, topic } of world.sent) {
    const count = copies(world.accepted, topic)
    const name = `${topic} (QoS ${qos}, from the server)`
    if (!world.forgotten.has(topic)) assert.isAtLeast(count, 1, `${name} is lost`)
    if (qos === 2 && !world.forgotten.has(topic)) {
      assert.isAtMost(count, 1 + (world.repeatable.get(topic) ?? 0), `${name} is doubled`)
    }
  }
  const firsts = [...new Set(world.delivered)].map(Number)
  assert.deepStrictEqual(firsts, [...firsts].sort((one, other) => one - other), "order")
}
