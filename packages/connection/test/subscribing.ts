import { Packet } from "@effect-mqtt/codec"
import { MqttClient } from "@effect-mqtt/connection"
import type { Message } from "@effect-mqtt/connection"
import { assert, it } from "@effect/vitest"
import type { Scope } from "effect"
import { Context, Effect, Fiber, Logger, Option, Stream } from "effect"
import * as Scripted from "./scriptedServer.ts"
import { bytes, incoming } from "./sessionRig.ts"

export const settle = Effect.repeatN(Effect.yieldNow(), 50)

export class Servers extends Context.Tag("test/Servers")<Servers, Array<Scripted.Server>>() {}

/** What leaves a subscription waits for an answer that no server of a test gives when its time is over. */
export const played = <A, E, R>(body: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Servers>> =>
  Effect.suspend(() => {
    const servers: Array<Scripted.Server> = []
    return body.pipe(
      Effect.ensuring(Effect.suspend(() => Effect.forEach(servers, ({ closeAll }) => closeAll))),
      Effect.provideService(Servers, servers)
    )
  })

export const scenario = <A, E>(name: string, body: () => Effect.Effect<A, E, Scope.Scope | Servers>) =>
  it.scoped(name, () => played(body()))

/** A client whose server the test plays, connected. */
export const start = (
  overrides: Partial<MqttClient.Options> = {},
  version: 4 | 5 = 5,
  connAck: Parameters<Scripted.Server["accept"]>[0] = {}
) =>
  Effect.gen(function*() {
    const server = yield* Scripted.make(version)
    const making = yield* Effect.fork(
      Effect.provide(
        MqttClient.make({ url: "mqtt://memory", clientId: "me", protocolVersion: version, ...overrides }),
        server.layer
      )
    )
    const link = yield* server.accept(connAck)
    const client = yield* Fiber.join(making)
    ;(yield* Servers).push(server)
    return { server, link, client }
  })

export const granted = (link: Scripted.Link, ...reasonCodes: ReadonlyArray<number>) =>
  Effect.tap(
    link.expect("Subscribe"),
    ({ packetId }) => link.send(Packet.subAck({ packetId, reasonCodes: reasonCodes.length === 0 ? [2] : reasonCodes }))
  )

export const unsubscribed = (link: Scripted.Link) =>
  Effect.tap(
    link.expect("Unsubscribe"),
    ({ packetId }) => link.send(Packet.unsubAck({ packetId, reasonCodes: [0] }))
  )

/** Runs what subscribes beside the server's answer. */
export const opened = <A, E, R>(link: Scripted.Link, subscribing: Effect.Effect<A, E, R>, reasonCode = 2) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(subscribing)
    const packet = yield* granted(link, reasonCode)
    return { value: yield* Fiber.join(fiber), packet }
  })

export const subscription = (
  link: Scripted.Link,
  client: MqttClient.MqttClient["Type"],
  ...args: Parameters<MqttClient.MqttClient["Type"]["subscription"]>
) => Effect.map(opened(link, client.subscription(...args)), ({ value }) => value)

export const topics = (messages: Iterable<Message.Message>) => Array.from(messages, ({ topic }) => topic)

export const take = <E>(stream: Stream.Stream<Message.Message, E>, count: number) =>
  Effect.map(Stream.runCollect(Stream.take(stream, count)), topics)

export const plain = (topic: string, text = topic, fields: Partial<Packet.Publish> = {}) =>
  Packet.publish({ topic, payload: bytes(text), ...fields })

/** What the server hears next: acknowledgements as kind, identifier and reason code. */
export const heard = (link: Scripted.Link, count: number) =>
  Effect.map(
    Effect.replicateEffect(link.next, count),
    (packets) =>
      packets.map((packet) =>
        packet?._tag === "PubAck" || packet?._tag === "PubRec"
          ? [packet._tag, packet.packetId, packet.reasonCode ?? 0]
          : [packet?._tag]
      )
  )

/** Nothing comes in an instant. */
export const isSilent = (link: Scripted.Link) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(link.next)
    yield* settle
    const packet = yield* Fiber.poll(fiber)
    yield* Fiber.interrupt(fiber)
    assert.deepStrictEqual(packet, Option.none())
  })

export const warnings = <A, E, R>(use: (seen: Array<string>) => Effect.Effect<A, E, R>) => {
  const seen: Array<string> = []
  const logger = Logger.make(({ annotations, logLevel, message }) => {
    if (logLevel._tag !== "Warning") return
    seen.push(`${message} ${JSON.stringify(Object.fromEntries(annotations))}`)
  })
  return use(seen).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
}

/** A message that names its subscription. */
export const incomingFor = (subscription: number, topic: string, packetId: number, qos: 1 | 2 = 1): Packet.Publish =>
  incoming(topic, packetId, qos, { properties: { subscriptionIdentifiers: [subscription] } })
