import { A01, type Device, Q10DataPoints, Q7Rpc } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Either, Exit, FastCheck, Fiber, TestClock } from "effect"
import { type Kind, openAppliance } from "./cloudAppliance.ts"
import { makeSwiftTestClock } from "./swiftTestClock.ts"
import { everyFeature, vacuumWith } from "./vacuumWith.ts"

/** Anything that JSON can hold, and the words and numbers that mean something in the wrong place. */
const anything: FastCheck.Arbitrary<unknown> = FastCheck.oneof(
  FastCheck.jsonValue({ maxDepth: 3 }),
  FastCheck.constantFrom<unknown>("ok", "unknown_method", 1e308, -1, 0.5, 2 ** 53, "\u001b[2J", [[]], [null], [{}]),
  FastCheck.constant(JSON.parse("[{\"__proto__\":1,\"toString\":2,\"constructor\":null}]"))
)

/** A device's own fields with anything in them. */
const fields = (names: ReadonlyArray<string>) =>
  FastCheck.array(FastCheck.tuple(FastCheck.constantFrom(...names), anything), {
    minLength: 1,
    maxLength: names.length
  })
    .map((entries) => Object.fromEntries(entries))

const expected = new Set([
  "RequestError",
  "DeviceError",
  "UnknownRoom",
  "NoMap",
  "MapError",
  "AuthError",
  "ConnectError"
])

/** Time goes on by itself: what waits for an answer gives up. */
const passing = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const clock = yield* Effect.fork(Effect.forever(Effect.zipRight(TestClock.adjust("10 seconds"), Effect.yieldNow())))
    return yield* Effect.ensuring(self, Fiber.interrupt(clock))
  }).pipe(Effect.withClock(makeSwiftTestClock()))

const isAsked = (
  member: unknown
): member is Effect.Effect<unknown, { readonly _tag: string; readonly message: string }> => Effect.isEffect(member)

/** Whatever can be asked of a device ends with an answer, or with a failure of this package that says why. */
const askEverything = (device: Device.Device) =>
  Effect.gen(function*() {
    for (const name of yield* device.traits) {
      // What it has may change with what it says.
      const trait = yield* Effect.orElseSucceed(device.trait(name), () => ({}))
      for (const [member, ask] of Object.entries(trait).filter(([member]) => member !== "png")) {
        if (!isAsked(ask)) continue
        const exit = yield* Effect.exit(Effect.timeout(ask, "5 minutes"))
        if (Exit.isSuccess(exit)) continue
        assert.deepStrictEqual([...Cause.defects(exit.cause)], [], `${name}.${member}`)
        for (const { _tag, message } of Cause.failures(exit.cause)) assert.isTrue(expected.has(_tag), message)
      }
    }
    JSON.stringify(yield* device.state.get)
  })

const checked = (
  run: (answers: ReadonlyArray<unknown>) => Effect.Effect<void, unknown>,
  one: FastCheck.Arbitrary<unknown>
) => {
  const samples = FastCheck.sample(FastCheck.array(one, { minLength: 6, maxLength: 6 }), { numRuns: 4, seed: 11 })
  return Effect.forEach(samples, run, { discard: true })
}

describe("a device that answers anything", () => {
  const statusFields = ["state", "battery", "map_status", "clean_time", "clean_area", "in_cleaning", "dock_type", "dss"]

  it.effect("of the V1 family", () =>
    checked(
      (answers) => {
        let turn = 0
        const next = () => answers[turn++ % answers.length]
        const methods = ["get_status", "get_room_mapping", "get_consumable", "get_clean_summary", "get_dnd_timer"]
        const others = ["get_multi_maps_list", "get_timer", "get_network_info", "get_sound_volume", "get_carpet_mode"]
        const scripted = Object.fromEntries([...methods, ...others].map((method) => [method, next]))
        return Effect.flatMap(
          vacuumWith({ ...scripted, app_get_init_status: [everyFeature] }),
          ({ device }) => askEverything(device)
        ).pipe(Effect.scoped, passing)
      },
      FastCheck.oneof(anything, fields(statusFields), fields(statusFields).map((status) => [{ state: 8, ...status }]))
    ))

  const kinds: ReadonlyArray<readonly [Kind, (asked: Uint8Array, answer: unknown) => Uint8Array]> = [
    [
      { version: "B01", model: "roborock.vacuum.sc01", category: "robot.vacuum.cleaner" },
      (asked, data) => {
        const { method, msgId } = Either.getOrThrow(Q7Rpc.decodeRequest(asked))
        return Q7Rpc.encodeReply({ msgId, method, data }, 1)
      }
    ],
    [
      { version: "B01", model: "roborock.vacuum.ss07", category: "robot.vacuum.cleaner" },
      (_, answer) =>
        Q10DataPoints.encode({
          top: [[121, answer], [122, answer]],
          common: [[52, answer], [61, answer], [65, answer]]
        })
    ],
    [
      { version: "A01", model: "roborock.wm.a102", category: "roborock.wm" },
      (_, answer) => A01.encode([[203, answer], [205, answer], [237, answer], [10_005, answer]])
    ]
  ]
  for (const [kind, reply] of kinds) {
    it.effect(`of ${kind.model}`, () =>
      checked((answers) => {
        let turn = 0
        return Effect.flatMap(
          openAppliance(kind, (asked) => [[102, reply(asked, answers[turn++ % answers.length])]]),
          ({ device }) => askEverything(device)
        ).pipe(Effect.scoped, passing)
      }, FastCheck.oneof(anything, fields(["status", "quantity", "fault", "map_list", "record_list", "total_time"]))))
  }
})
