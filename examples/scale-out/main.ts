/**
 * Several worker processes share one stream of messages; one of them is killed in the middle, and nothing is lost.
 *
 *     node --import tsx --conditions=@effect-mqtt/source examples/scale-out/main.ts mosquitto
 *     node --import tsx --conditions=@effect-mqtt/source examples/scale-out/main.ts rabbitmq --messages=20000
 *
 * `mosquitto`: one broker, and one subscription that all workers share. `rabbitmq`: a cluster of three nodes of which one
 * is killed as well, and topics in partitions that are divided among the workers. Each broker has to be installed. With
 * `--faults` only the run with faults.
 */
import { MqttClient, Reconnect } from "@effect-mqtt/connection"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { user } from "@effect-mqtt/interop/broker"
import * as Mosquitto from "@effect-mqtt/interop/mosquitto"
import { directory } from "@effect-mqtt/interop/process"
import * as RabbitMq from "@effect-mqtt/interop/rabbitmq"
import { NodeRuntime } from "@effect/platform-node"
import { Clock, Console, Data, Effect, Redacted, Stream } from "effect"
import type { Task } from "./task.ts"
import * as Workers from "./workers.ts"

const partitions = 8

/** Where the messages go, and which of them a worker takes. */
interface Site {
  readonly urls: ReadonlyArray<string>
  readonly protocolVersion: 4 | 5
  /** The group is the name of a run: sessions that earlier ones have left behind would get their share of this one. */
  readonly filtersOf: (group: string, worker: number, workers: number) => Pick<Task, "filters" | "share">
  /** Takes a part of the broker away. */
  readonly breakdown: Effect.Effect<void>
}

const mosquitto = Effect.map(Mosquitto.make(), ({ urls }): Site => ({
  urls: [urls.tcp],
  protocolVersion: 5,
  filtersOf: (group) => ({ filters: [`open/${group}/task/+`], share: group }),
  breakdown: Effect.void
}))

const rabbitmq = Effect.map(RabbitMq.make(), ({ nodes }): Site => ({
  urls: nodes.map(({ urls }) => urls.tcp),
  protocolVersion: 4,
  filtersOf: (group, worker, workers) => ({
    filters: Array.from({ length: partitions }, (_, index) => index)
      .filter((partition) => partition % workers === worker)
      .map((partition) => `open/${group}/task/${partition}`)
  }),
  breakdown: Effect.zipRight(Console.log("  a node is killed"), nodes[2].kill)
}))

class Lost extends Data.TaggedError("Lost")<{ readonly messages: number }> {}

/** Waits until it holds, however long that takes as long as there is progress. */
const until = (isReached: () => boolean, progress: () => number) =>
  Effect.gen(function*() {
    let last = -1
    for (let patience = 600; !isReached() && patience > 0; patience--) {
      if (progress() !== last) patience = 600
      last = progress()
      yield* Effect.sleep("50 millis")
    }
  })

/** Hands all messages to so many workers, and gives the messages per second. */
const run = (site: Site, name: string, workers: number, messages: number, withFaults: boolean) =>
  Effect.gen(function*() {
    const ledger: Workers.Ledger = new Map()
    const group = `${name.replaceAll(" ", "-")}-${workers}`
    const doorOf = (worker: number) => `open/${group}/door/${worker}`
    const sessions = yield* directory
    const started = yield* Effect.forEach(Array.from({ length: workers }, (_, index) => index), (index) => {
      // The first URL that a worker tries is another one for each.
      const first = index % site.urls.length
      const { filters, share } = site.filtersOf(group, index, workers)
      return Workers.start({
        filters: [...filters, doorOf(index)],
        share,
        urls: [...site.urls.slice(first), ...site.urls.slice(0, first)],
        username: user.name,
        password: Redacted.make(user.password),
        protocolVersion: site.protocolVersion,
        clientId: `${group}-${index}`,
        directory: sessions
      }, ledger)
    })
    const client = yield* MqttClient.make({
      url: site.urls,
      username: user.name,
      password: Redacted.make(user.password),
      protocolVersion: site.protocolVersion,
      reconnect: Reconnect.maxInterval(Reconnect.forever, "200 millis")
    })
    // What comes before its subscription would be lost: every worker has to have opened its door.
    for (let index = 0; index < workers; index++) {
      const knock = Effect.zipRight(
        client.publish(doorOf(index), `${-1 - index}`, { qos: 1 }),
        Effect.sleep("100 millis")
      )
      yield* Effect.repeat(knock, { until: () => ledger.has(-1 - index) })
    }
    const began = yield* Clock.currentTimeMillis
    const done = () => [...ledger.keys()].filter((message) => message >= 0).length
    yield* Effect.forkScoped(
      Stream.range(0, messages - 1).pipe(
        Stream.map((number) => ({
          topic: `open/${group}/task/${number % partitions}`,
          payload: `${number}`,
          qos: 1 as const
        })),
        Stream.run(client.sink())
      )
    )
    if (withFaults) {
      yield* until(() => done() >= messages / 3, done)
      yield* Console.log("  a worker is killed, and started again")
      for (const worker of started.slice(0, 1)) yield* worker.restart
      yield* site.breakdown
    }
    yield* until(() => done() === messages, done)
    const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
    const repeated = [...ledger].filter(([message, times]) => message >= 0 && times > 1).length
    const lost = messages - done()
    yield* Console.log(
      `${name}, ${workers} workers: ${Math.round(done() / seconds)} messages/s, ${lost} lost, ${repeated} came again`
    )
    if (lost > 0) return yield* new Lost({ messages: lost })
  }).pipe(Effect.scoped)

const sites = {
  mosquitto: { version: Mosquitto.version, make: mosquitto },
  rabbitmq: { version: RabbitMq.version, make: rabbitmq }
}

const isSite = (name: string | undefined): name is keyof typeof sites => name === "mosquitto" || name === "rabbitmq"

const parameters = process.argv.slice(2)
const name = parameters.find((each) => !each.startsWith("--"))
const messages = Number(
  parameters.find((each) => each.startsWith("--messages="))?.slice("--messages=".length) ?? 10_000
)

const program = Effect.gen(function*() {
  if (!isSite(name)) return yield* Console.error("Which broker, mosquitto or rabbitmq?")
  const { make, version } = sites[name]
  if (version === undefined) return yield* Console.log(`skipped: ${name} is not installed`)
  yield* Console.log(version)
  const site = yield* make
  for (const workers of parameters.includes("--faults") ? [] : [1, 2, 4]) {
    yield* run(site, name, workers, messages, false)
  }
  yield* run(site, `${name} with faults`, 4, messages, true)
}).pipe(Effect.scoped, Effect.provide(NodeTransport.layer))

NodeRuntime.runMain(program)
