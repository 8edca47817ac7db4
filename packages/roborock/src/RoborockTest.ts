/**
 * A session for tests of programs that use one: an account with vacuums that do what they are told at once, in memory,
 * without sockets and without a cloud. Time is the program's `Clock`.
 *
 * The whole package runs on it, down to the frames; only the web API, the MQTT connection and the home network are
 * stand-ins. `@effect-mqtt/roborock-simulator` has robots that really drive, and a cloud that can fail.
 *
 * @since 0.1.0
 */
import * as LiveValue from "@effect-mqtt/connection/LiveValue"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as CloudChannel from "./CloudChannel.ts"
import type { CloudSchedule } from "./CloudSchedulesTrait.ts"
import * as HomeData from "./HomeData.ts"
import * as testVacuum from "./internal/testing/vacuum.ts"
import * as LocalDiscovery from "./LocalDiscovery.ts"
import * as LocalNetwork from "./LocalNetwork.ts"
import * as RoborockApi from "./RoborockApi.ts"
import * as RoborockAuth from "./RoborockAuth.ts"
import { ConnectError } from "./RoborockError.ts"
import * as RoborockSession from "./RoborockSession.ts"
import type { Routine } from "./Routine.ts"
import * as UserData from "./UserData.ts"

/**
 * A vacuum of the account.
 *
 * @since 0.1.0
 * @category models
 */
export interface VacuumOptions {
  readonly name: string
  /** @default "roborock.vacuum.a15" */
  readonly model?: string | undefined
  /** Rooms of its map, numbered from 16. @default none */
  readonly rooms?: ReadonlyArray<string> | undefined
  /** Initial fields of `get_status`. @default docked, 100 % */
  readonly status?: Readonly<Record<string, unknown>> | undefined
  /** A map file ("rr"). @default the device has none */
  readonly map?: Uint8Array | undefined
  /** What the cloud keeps for it. @default none */
  readonly cloudSchedules?: ReadonlyArray<CloudSchedule> | undefined
  /** Results of methods, in place of what the vacuum itself would answer; `undefined` leaves a method to it. */
  readonly answer?: ((method: string, params: unknown) => unknown) | undefined
}

/**
 * What the account has.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends RoborockSession.SessionOptions {
  /** @default one, "Vacuum" */
  readonly vacuums?: ReadonlyArray<VacuumOptions> | undefined
  /** @default none */
  readonly routines?: ReadonlyArray<Routine> | undefined
}

/**
 * What a test sees of a vacuum, and does to it.
 *
 * @since 0.1.0
 * @category models
 */
export interface TestVacuum {
  readonly name: string
  readonly duid: string
  /** The commands and questions that it has received, oldest first. */
  readonly received: Effect.Effect<ReadonlyArray<{ readonly method: string; readonly params: unknown }>>
  /** Changes fields of its status, and pushes those that devices push. */
  readonly change: (fields: Readonly<Record<string, unknown>>) => Effect.Effect<void>
  /** While false, the vacuum neither hears nor says anything. */
  readonly setAnswering: (answering: boolean) => Effect.Effect<void>
}

/**
 * What a test sees of the account, and does to it.
 *
 * @since 0.1.0
 * @category tags
 */
export class RoborockTest extends Context.Tag("@effect-mqtt/roborock/RoborockTest")<RoborockTest, {
  /** In the order of the options. */
  readonly vacuums: ReadonlyArray<TestVacuum>
  /** Takes away the connection to the cloud, or restores it. */
  readonly setConnected: (connected: boolean) => Effect.Effect<void>
  /** The ids of the routines that were run. */
  readonly routinesRun: Effect.Effect<ReadonlyArray<number>>
}>() {}

const homeId = 1

const firstSegment = 16

const userData = UserData.decode({
  token: "test",
  uid: 1,
  rriot: { u: "test", s: "test", h: "test", k: "test", r: { a: "http://roborock.test", m: "tcp://roborock.test:1883" } }
})

const localKeyOf = (index: number) => `test-key-${String(index).padStart(7, "0")}`

const down = () => new ConnectError({ reason: "ConnectionLost", service: "MQTT broker", retryable: true })

const makeContext = (options: Options) =>
  Effect.gen(function*() {
    const login = yield* userData
    const described = options.vacuums ?? [{ name: "Vacuum" }]
    const names = [...new Set(described.flatMap(({ rooms = [] }) => rooms))]
    const handlers = new Map<string, (payload: Uint8Array) => Effect.Effect<void>>()
    const routinesRun: Array<number> = []
    const link = yield* LiveValue.make<CloudChannel.Link>({ _tag: "Up" })

    const vacuums = described.map((vacuum, index) => {
      const state = { answering: true }
      const duid = `test-device-${index}`
      const core = testVacuum.make({
        localKey: Redacted.make(localKeyOf(index)),
        status: { state: 8, battery: 100, error_code: 0, in_cleaning: 0, map_status: 3, ...vacuum.status },
        roomMapping: (vacuum.rooms ?? []).map((name, at) => [firstSegment + at, String(names.indexOf(name))] as const),
        map: vacuum.map,
        answer: vacuum.answer
      })
      const deliver = (messages: ReadonlyArray<Uint8Array>) =>
        Effect.flatMap(link.get, ({ _tag }) =>
          _tag === "Up" && state.answering
            ? Effect.forEach(messages, (message) => handlers.get(duid)?.(message) ?? Effect.void, { discard: true })
            : Effect.void)
      const control: TestVacuum = {
        name: vacuum.name,
        duid,
        received: Effect.sync(() => [...core.received]),
        change: (fields) => Effect.flatMap(core.change(fields), deliver),
        setAnswering: (answering) =>
          Effect.sync(() => {
            state.answering = answering
          })
      }
      return {
        control,
        take: (message: Uint8Array) => state.answering ? Effect.flatMap(core.handle(message), deliver) : Effect.void
      }
    })

    const home = HomeData.decode({
      id: homeId,
      name: "Test home",
      products: described.map(({ model = "roborock.vacuum.a15" }, index) => ({
        id: `product-${index}`,
        name: model,
        model,
        category: "robot.vacuum.cleaner"
      })),
      devices: vacuums.map(({ control }, index) => ({
        duid: control.duid,
        name: control.name,
        localKey: localKeyOf(index),
        productId: `product-${index}`,
        pv: "1.0",
        online: true
      })),
      rooms: names.map((name, id) => ({ id, name }))
    })
    const cloud: CloudChannel.CloudChannel["Type"] = {
      link,
      answered: Effect.void,
      unanswered: Effect.void,
      listen: (duid, handler) =>
        Effect.acquireRelease(
          Effect.sync(() => handlers.set(duid, handler)),
          () => Effect.sync(() => handlers.delete(duid))
        ),
      send: (duid, payload) =>
        Effect.flatMap(link.get, ({ _tag }) =>
          _tag === "Up"
            ? vacuums.find(({ control }) => control.duid === duid)?.take(payload) ?? Effect.void
            : Effect.fail(down()))
    }
    const api: RoborockApi.RoborockApi["Type"] = {
      login: () => Effect.succeed(login),
      homeDetail: () => Effect.succeed({ homeId, name: "Test home" }),
      homeData: () => Effect.succeed(home),
      rooms: () => Effect.succeed(home.rooms),
      sharedRooms: () => Effect.succeed(home.rooms),
      routines: () => Effect.succeed(options.routines ?? []),
      runRoutine: (_, id) =>
        Effect.sync(() => {
          routinesRun.push(id)
        }),
      schedules: (_, duid) =>
        Effect.succeed(described[vacuums.findIndex(({ control }) => control.duid === duid)]?.cloudSchedules ?? [])
    }
    return Context.make(RoborockApi.RoborockApi, api).pipe(
      Context.add(CloudChannel.CloudChannel, cloud),
      Context.add(RoborockAuth.RoborockAuth, RoborockAuth.fixed(login)),
      Context.add(RoborockTest, {
        vacuums: vacuums.map(({ control }) => control),
        setConnected: (connected) =>
          Effect.asVoid(link.update(() => connected ? { _tag: "Up" } : { _tag: "Down", error: down() })),
        routinesRun: Effect.sync(() => [...routinesRun])
      })
    )
  })

/**
 * A session on a made-up account, and the test's side of it.
 *
 * @example
 * ```ts
 * import { RoborockSession, RoborockTest } from "@effect-mqtt/roborock"
 * import { Effect } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const session = yield* RoborockSession.RoborockSession
 *   const { vacuums: [robot] } = yield* RoborockTest.RoborockTest
 *   const vacuum = yield* session.device("Upstairs")
 *   yield* (yield* vacuum.trait("cleaning")).rooms(["Kitchen"])
 *   yield* robot?.change({ error_code: 8, state: 12 }) ?? Effect.void
 *   const { error } = yield* vacuum.state.get
 *   assert.strictEqual(error?.text, "Robot trapped")
 * }).pipe(
 *   Effect.scoped,
 *   Effect.provide(RoborockTest.layer({ vacuums: [{ name: "Upstairs", rooms: ["Kitchen", "Hall"] }] }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options = {}
): Layer.Layer<RoborockSession.RoborockSession | RoborockTest> =>
  Layer.scoped(RoborockSession.RoborockSession, RoborockSession.make(options)).pipe(
    Layer.provideMerge(Layer.scopedContext(makeContext(options))),
    Layer.provide(LocalDiscovery.layer.pipe(Layer.provideMerge(LocalNetwork.layerNone))),
    Layer.provide(KeyValueStore.layerMemory),
    // The stand-ins refuse nothing.
    Layer.orDie
  )
