/**
 * A publisher and a consumer talk through a real broker, each over a link of its own, while the links and the broker fail
 * again and again. Prints the figures, and fails if a message was lost, if one of QoS 2 came twice, if a client lost its
 * session or gave up, or did not come back in time.
 */
import * as FaultyLink from "@effect-mqtt/interop/faultyLink"
import * as Mosquitto from "@effect-mqtt/interop/mosquitto"
import * as Process from "@effect-mqtt/interop/process"
import { NodeRuntime } from "@effect/platform-node"
import { Clock, Console, Data, Effect, Fiber, Logger, LogLevel } from "effect"
import { connect, consume, publish } from "./clients.ts"
import type { Kind } from "./fault.ts"
import * as Faults from "./fault.ts"
import type { Recovery } from "./recovery.ts"
import { table } from "./recovery.ts"
import * as Tally from "./tally.ts"

const isShort = process.argv.includes("--short")

const option = (name: string, otherwise: number): number => {
  const text = process.argv.find((argument) => argument.startsWith(`--${name}=`))
  return text === undefined ? otherwise : Number(text.slice(name.length + 3))
}

const seconds = option("seconds", isShort ? 120 : 1800)
const seed = option("seed", 1)

/** A run with fewer has not shown what it is for. */
const leastFaults = Math.floor(seconds * 500 / 1800)

/** No fault and no backlog explains more. */
const patience = "1 minute"

class NotBack extends Data.TaggedError("NotBack")<{ readonly after: string; readonly clients: string }> {
  override get message(): string {
    return `not back a minute after ${this.after}: ${this.clients}`
  }
}

class NotWell extends Data.TaggedError("NotWell") {
  override get message(): string {
    return "the figures above are not what they have to be"
  }
}

const soak = Effect.gen(function*() {
  const broker = yield* Mosquitto.open(["persistence true", "max_queued_messages 0"])
  const links = { publisher: yield* FaultyLink.make(broker.url), consumer: yield* FaultyLink.make(broker.url) }
  const directory = yield* Process.directory
  const consumer = yield* connect("soak-consumer", links.consumer.url, directory)
  const publisher = yield* connect("soak-publisher", links.publisher.url, directory)
  const tally = Tally.make()
  yield* consume(consumer, tally)

  let isOver = false
  const publishing = yield* Effect.fork(publish(publisher, tally, () => isOver))
  // The first that fails.
  const failed = Effect.all([publisher.failure, consumer.failure, Fiber.join(publishing), Effect.never], {
    concurrency: "unbounded"
  })

  const notBack = (after: string) =>
    Effect.flatMap(
      Effect.all([publisher.status.get, publisher.stats, consumer.status.get, consumer.stats]),
      (facts) => new NotBack({ after, clients: JSON.stringify([...facts, tally.verdict()]) })
    )

  const inTime = <A, E>(effect: Effect.Effect<A, E>, after: string) =>
    Effect.raceFirst(effect, failed).pipe(
      Effect.timeoutTo({ duration: patience, onSuccess: Effect.succeed, onTimeout: () => notBack(after) }),
      Effect.flatten
    )

  yield* inTime(tally.flowing, "the start")

  const nextFault = Faults.generator(seed)
  const struck: Array<Kind> = []
  const recoveries: Array<Recovery> = []
  const began = yield* Clock.currentTimeMillis
  let reported = 0
  const round = Effect.gen(function*() {
    const fault = yield* nextFault
    struck.push(fault.kind)
    yield* Faults.strike({ broker, links }, fault)
    if (!fault.isFollowed) {
      const since = yield* Clock.currentTimeMillis
      yield* inTime(tally.flowing, fault.kind)
      recoveries.push({ kind: fault.kind, millis: (yield* Clock.currentTimeMillis) - since })
    }
    yield* Effect.sleep(fault.pauseMillis)
    const elapsed = ((yield* Clock.currentTimeMillis) - began) / 1000
    if (elapsed >= reported + 60) {
      reported = Math.floor(elapsed)
      const { duplicates, sent } = tally.verdict()
      yield* Console.log(
        `${reported} s: ${struck.length} faults, ${sent[1] + sent[2]} sent, duplicates ${duplicates[1]} and ${
          duplicates[2]
        }`
      )
    }
    return elapsed
  })
  const faults = Effect.repeat(round, { until: (elapsed) => elapsed >= seconds })
  yield* Effect.raceFirst(faults, failed)

  isOver = true
  yield* inTime(Fiber.join(publishing), "the end")
  yield* Effect.sync(() => tally.verdict().lost).pipe(
    Effect.delay("200 millis"),
    Effect.repeat({ until: (lost) => lost[1] + lost[2] === 0, times: 150 })
  )
  // A copy too many would follow now.
  yield* Effect.sleep("2 seconds")

  const { duplicates, lost, sent } = tally.verdict()
  const all = yield* Effect.all([publisher.stats, consumer.stats])
  const sessionsLost = all.reduce((sum, each) => sum + each.sessionsLost, 0)
  const linksMade = all.map(({ connectsFailed, connectsTried }) => connectsTried - connectsFailed)
  yield* Console.log(`\n${table(struck, recoveries)}\n`)
  yield* Console.log(
    `sent: QoS 1 ${sent[1]}, QoS 2 ${sent[2]}; links: publisher ${linksMade[0]}, consumer ${linksMade[1]}`
  )
  yield* Console.log(
    `lost: QoS 1 ${lost[1]}, QoS 2 ${lost[2]}; came again: QoS 1 ${duplicates[1]}, QoS 2 ${duplicates[2]}`
  )
  yield* Console.log(`sessions lost: ${sessionsLost}; faults: ${struck.length}, at least ${leastFaults} wanted`)
  return lost[1] + lost[2] + duplicates[2] + sessionsLost === 0 && struck.length >= leastFaults
}).pipe(Effect.scoped)

const program = Effect.gen(function*() {
  if (Mosquitto.version === undefined) {
    yield* Console.log("skipped: there is no mosquitto here")
    return true
  }
  yield* Console.log(`${Mosquitto.version}; ${seconds} s, seed ${seed}`)
  return yield* soak
})

Effect.flatMap(program, (isWell) => isWell ? Effect.void : new NotWell()).pipe(
  // Links are lost on purpose, by the thousand.
  Logger.withMinimumLogLevel(LogLevel.Warning),
  NodeRuntime.runMain
)
