/** A broker under test, and clients of it. */
import type { Message } from "@effect-mqtt/connection"
import { MqttClient, Reconnect } from "@effect-mqtt/connection"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { Effect, Option, Queue, Redacted, Stream } from "effect"
import { certificates } from "../../packages/connection/test/node/certificates.ts"
import type { Broker, Link } from "../brokers/broker.ts"
import { user } from "../brokers/broker.ts"
import type { Capabilities } from "../brokers/capabilities.ts"

export const certificate = certificates === undefined
  ? undefined
  : { ca: certificates.ca, ...certificates.server }

export interface Target {
  readonly broker: Broker
  readonly can: Capabilities
  readonly userName: string
  readonly version: 4 | 5
  readonly link: Link
}

const transport = NodeTransport.layerWith({ tls: { ca: certificate?.ca } })

export const connect = (target: Target, options: Partial<MqttClient.Options> = {}) =>
  Effect.provide(
    MqttClient.make({
      url: target.broker.urls[target.link],
      protocolVersion: target.version,
      username: target.userName,
      password: Redacted.make(user.password),
      reconnect: Reconnect.maxInterval(Reconnect.forever, "100 millis"),
      ...options
    }),
    transport
  )

/** A subscription whose messages wait in a queue. */
export const inbox = (
  client: MqttClient.MqttClient["Type"],
  filter: string | ReadonlyArray<Message.SubscribeRequest>,
  options?: Message.SubscribeOptions
) =>
  Effect.gen(function*() {
    const { grantedQos, messages } = yield* client.subscription(filter, options)
    const queue = yield* Queue.unbounded<Message.Message>()
    yield* Effect.forkScoped(Stream.runForEach(messages, (message) => Queue.offer(queue, message)))
    return {
      grantedQos,
      next: Queue.take(queue),
      take: (count: number) => Effect.replicateEffect(Queue.take(queue), count),
      waiting: Queue.size(queue)
    }
  })

/** Completes when the client has a link again after so many before. */
export const linked = (client: MqttClient.MqttClient["Type"], epoch: number) =>
  client.status.changes.pipe(
    Stream.filterMap((status) =>
      status._tag === "Connected" && status.epoch >= epoch ? Option.some(status) : Option.none()
    ),
    Stream.runHead,
    Effect.flatMap(Option.match({ onNone: () => Effect.dieMessage("the client has ended"), onSome: Effect.succeed }))
  )
