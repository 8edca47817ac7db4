import { Broker } from "@effect-mqtt/broker"
import { MqttClient } from "@effect-mqtt/connection"
import type { Transport } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import type { Scope } from "effect"
import { Context, Effect, Exit, Fiber, FiberId, Scheduler, Stream } from "effect"
import { options, settle } from "./scriptedClient.ts"

type Client = MqttClient.MqttClient["Type"]

/** Runs it, and interrupts it behind so many steps; says whether it came to so many. */
const interruptedAt = (count: number, effect: Effect.Effect<unknown, unknown, Scope.Scope>) =>
  Effect.gen(function*() {
    let steps = 0
    let first: Fiber.RuntimeFiber<unknown, unknown> | undefined
    const base = Scheduler.defaultScheduler
    const scheduler: Scheduler.Scheduler = {
      scheduleTask: (task, priority, fiber) => base.scheduleTask(task, priority, fiber),
      shouldYield: (fiber) => {
        first ??= fiber
        if (fiber === first && ++steps === count) fiber.unsafeInterruptAsFork(FiberId.none)
        return base.shouldYield(fiber)
      }
    }
    const fiber = yield* Effect.fork(Effect.withScheduler(Effect.scoped(effect), scheduler))
    yield* settle
    // It waits for what does not come.
    const isOver = fiber.unsafePoll() !== null
    const exit = isOver ? yield* Fiber.await(fiber) : yield* Fiber.interrupt(fiber)
    return { wasInterrupted: steps >= count, exit }
  })

const operations: ReadonlyArray<readonly [string, (client: Client) => Effect.Effect<unknown, unknown, Scope.Scope>]> = [
  ["a publish at QoS 0", (client) => client.publish("t", "x")],
  ["a publish at QoS 1", (client) => client.publish("t", "x", { qos: 1 })],
  ["a publish at QoS 2", (client) => client.publish("t", "x", { qos: 2 })],
  [
    "a stream that is published",
    (client) =>
      Stream.run(
        Stream.make({ topic: "t", payload: "x", qos: 1 as const }, { topic: "t", payload: "y", qos: 2 as const }),
        client.sink()
      )
  ],
  ["a subscription", (client) => client.subscription("in/#", { qos: 1 })],
  ["a stream of messages", (client) => Stream.runDrain(client.subscribe("in/#", { qos: 1 }))],
  ["a stream of messages to be acknowledged", (client) => Stream.runDrain(client.subscribeAckable("in/#", { qos: 2 }))],
  ["a consumer", (client) => client.consume("in/#", () => Effect.void, { qos: 1 })],
  ["a consumer of what it is sent at QoS 2", (client) =>
    Effect.zipRight(
      Effect.forkScoped(Effect.zipRight(Effect.yieldNow(), Effect.repeatN(client.publish("in/1", "x", { qos: 2 }), 1))),
      Effect.ignore(client.consume("in/#", () => Effect.fail("seen"), { qos: 2 }))
    )],
  ["a request", (client) => client.request("question", "x")],
  ["a request whose answer is awaited later", (client) => Effect.flatten(client.requestHandle("question", "x"))],
  ["a ping", (client) => client.ping],
  ["a reconnect", (client) => client.reconnect],
  ["status", (client) => Stream.runHead(client.status.changes)]
]

/** All of them take three times as long, and find no more. */
const stride = 3

describe("interrupted at any step, and the client goes on, and nothing is left", () => {
  it.scoped.each(operations)("%s", ([, operation]) =>
    Effect.gen(function*() {
      const client = yield* MqttClient.make(options)
      for (let count = 1, goesOn = true; goesOn; count += stride) {
        const { exit, wasInterrupted } = yield* interruptedAt(count, operation(client))
        assert.isTrue(Exit.isSuccess(exit) || Exit.isInterrupted(exit), `${count}: ${String(exit)}`)
        yield* settle
        // Nobody is subscribed any more.
        assert.strictEqual((yield* client.publish("in/1", "x", { qos: 1 })).reasonCode, 0x10, `step ${count}`)
        assert.deepInclude(yield* client.stats, { publishesInFlight: 0, publishesQueued: 0 }, `step ${count}`)
        goesOn = wasInterrupted
      }
      yield* client.subscription("in/#")
      assert.strictEqual((yield* client.publish("in/1", "x", { qos: 1 })).reasonCode, 0)
      yield* client.disconnect()
    }).pipe(Effect.provide(Broker.layerMemory())), 30_000)

  it.scoped("being made, or closed", () =>
    Effect.gen(function*() {
      const { stats } = yield* Broker.Broker
      const whole: ReadonlyArray<Effect.Effect<unknown, unknown, Broker.Broker | Transport.Transport | Scope.Scope>> = [
        MqttClient.make(options),
        Effect.flatMap(MqttClient.make(options), (client) => client.disconnect()),
        Effect.flatMap(MqttClient.make(options), (client) =>
          Effect.zipRight(Effect.forkScoped(client.publish("t", "x", { qos: 2 })), client.disconnect()))
      ]
      for (const effect of whole) {
        const context = yield* Effect.context<Broker.Broker | Transport.Transport>()
        for (let count = 1, goesOn = true; goesOn; count += stride) {
          const { exit, wasInterrupted } = yield* interruptedAt(
            count,
            Effect.mapInputContext(effect, (scope: Context.Context<Scope.Scope>) =>
              Context.merge(context, scope))
          )
          assert.isTrue(Exit.isSuccess(exit) || Exit.isInterrupted(exit), `${count}: ${String(exit)}`)
          yield* settle
          assert.strictEqual((yield* stats).connections, 0, `step ${count}`)
          goesOn = wasInterrupted
        }
      }
    }).pipe(Effect.provide(Broker.layerMemory())), 30_000)
})
