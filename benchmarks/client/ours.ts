/** `@effect-mqtt/connection`: message by message in plain fibers, or chunk by chunk. */
import type { Message, MqttError } from "@effect-mqtt/connection"
import { MqttClient, type Transport } from "@effect-mqtt/connection"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { Chunk, Deferred, Effect, Option, Runtime, Schedule, type Scope, Stream } from "effect"
import { finish, job, measure, measureMemory, measureRoundTrips, payload, startClock } from "./contestant.ts"
import { dataFilter, endTopic, type Report, sendTopic, spreadFilters, topics, type Wish } from "./job.ts"

const open = (options?: Partial<MqttClient.Options>) =>
  MqttClient.make({
    url: `mqtt://127.0.0.1:${job.port}`,
    protocolVersion: job.version,
    maxInFlight: job.inFlight,
    receiveMaximum: job.inFlight,
    ...options
  })

type Client = MqttClient.MqttClient["Type"]

const barrier = (client: Client) => client.publish(endTopic, "", { qos: 1 })

/** One fiber after the other's message is a loop; at QoS 1 and 2 there is one fiber for each message in flight. */
const publishInFibers = (client: Client, count: number) => {
  let started = 0
  const fiber = Effect.gen(function*() {
    while (started < count) yield* client.publish(topics[started++ % topics.length], payload, { qos: job.qos })
  })
  const fibers = job.qos === 0 ? 1 : job.inFlight
  return Effect.all(Array.from({ length: fibers }, () => fiber), { concurrency: "unbounded", discard: true })
}

/** Chunks of 256 messages into the sink. */
const publishInChunks = (client: Client, count: number) => {
  const chunk = Chunk.unsafeFromArray(
    Array.from({ length: 256 }, (_, index) => ({ topic: topics[index % topics.length], payload, qos: job.qos }))
  )
  let started = 0
  const next = Effect.suspend(() => {
    if (started === count) return Effect.fail(Option.none())
    const messages = Chunk.take(chunk, count - started)
    started += Chunk.size(messages)
    return Effect.succeed(messages)
  })
  return Stream.run(Stream.repeatEffectChunkOption(next), client.sink({ inFlight: job.inFlight }))
}

const publish = Effect.gen(function*() {
  const client = yield* open()
  const runtime = yield* Effect.runtime<never>()
  const send = job.api === "idiomatic" ? publishInFibers : publishInChunks
  return yield* Effect.promise(() =>
    measure((count) =>
      Runtime.runPromise(runtime)(Effect.zipRight(send(client, count), Effect.asVoid(barrier(client))))
    )
  )
})

const receive = Effect.gen(function*() {
  const client = yield* open()
  const runtime = yield* Effect.runtime<never>()
  let received = 0
  let wanted = 0
  let onAll = () => {}
  const filters = job.kind === "spread" ? spreadFilters : [dataFilter]
  const { messages } = yield* client.subscription(filters.map((filter) => ({ filter, qos: job.qos })))
  const onOne = (_: Message.Message) =>
    Effect.sync(() => {
      if (++received === wanted) onAll()
    })
  const onChunk = (chunk: Chunk.Chunk<Message.Message>) =>
    Effect.sync(() => {
      received += Chunk.size(chunk)
      if (received === wanted) onAll()
    })
  yield* Effect.forkScoped(
    job.api === "idiomatic" ? Stream.runForEach(messages, onOne) : Stream.runForEachChunk(messages, onChunk)
  )
  const ask = (count: number) =>
    Effect.gen(function*() {
      const all = yield* Deferred.make<void>()
      wanted = received + count
      onAll = () => Deferred.unsafeDone(all, Effect.void)
      const wish: Wish = { count, qos: job.qos, inFlight: job.inFlight }
      yield* client.publish(sendTopic, JSON.stringify(wish), { qos: 1 })
      yield* Deferred.await(all)
      // The consumer may accept the last messages behind the first of these, and their PUBREL follow its PUBACK.
      yield* barrier(client)
      yield* barrier(client)
    })
  return yield* Effect.promise(() => measure((count) => Runtime.runPromise(runtime)(ask(count))))
})

const roundTrip = Effect.gen(function*() {
  const client = yield* open()
  const runtime = yield* Effect.runtime<never>()
  const { messages } = yield* client.subscription("echo", { qos: job.qos })
  let onEcho = () => {}
  yield* Effect.forkScoped(Stream.runForEach(messages, () => Effect.sync(() => onEcho())))
  const run = Runtime.runFork(runtime)
  return yield* Effect.promise(() =>
    measureRoundTrips(() =>
      new Promise((resolve) => {
        onEcho = resolve
        run(client.publish("echo", payload, { qos: job.qos }))
      })
    )
  )
})

const resume = Effect.gen(function*() {
  const client = yield* open({
    clientId: `resume-${job.count}`,
    maxInFlight: job.count,
    reconnect: Schedule.spaced("1 millis")
  })
  const read = startClock()
  const messages = Array.from({ length: job.count }, (_, index) => topics[index % topics.length])
  yield* Stream.fromIterable(messages).pipe(
    Stream.map((topic) => ({ topic, payload, qos: 1 as const })),
    Stream.run(client.sink())
  )
  return { ...read(), messages: job.count }
})

/** One transport for all connections, as in a program. */
const idle = Effect.gen(function*() {
  const runtime = yield* Effect.runtime<Scope.Scope | Transport.Transport>()
  return yield* Effect.promise(() => measureMemory(() => Runtime.runPromise(runtime)(Effect.asVoid(open()))))
})

const start = Effect.gen(function*() {
  yield* open()
  const { system, user } = process.cpuUsage()
  return { cpuMicros: system + user, wallMillis: performance.now(), messages: 0 }
})

type Work = Effect.Effect<Report, MqttError.MqttError, Scope.Scope | Transport.Transport>

const works: Record<typeof job.kind, Work> = { publish, receive, spread: receive, roundTrip, resume, idle, start }
const report = await Effect.runPromise(works[job.kind].pipe(Effect.scoped, Effect.provide(NodeTransport.layer)))
finish(report)
