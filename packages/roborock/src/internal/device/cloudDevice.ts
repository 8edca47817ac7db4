import * as LiveValue from "@effect-mqtt/connection/LiveValue"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { CloudChannel, type Link } from "../../CloudChannel.ts"
import * as DeviceState from "../../DeviceState.ts"
import * as Frame from "../../Frame.ts"
import type { HomeDevice } from "../../HomeData.ts"
import { type AuthError, type CommandError, type ConnectError } from "../../RoborockError.ts"
import type { Room } from "../../Room.ts"
import type { Route } from "../../Route.ts"
import type { Offers } from "../../Trait.ts"
import { decodeOnline } from "../channel/deviceStatus.ts"
import * as log from "../log.ts"
import * as cloudPort from "./cloudPort.ts"
import type { Dialect } from "./dialect.ts"
import type { Context, Fields } from "./dialectContext.ts"
import * as turns from "./inTurn.ts"
import { intervalOf, type Intervals } from "./poll.ts"

/** Values that have no field of their own in the state are told to watchers too. */
export const isSame = (before: DeviceState.DeviceState, after: DeviceState.DeviceState): boolean =>
  DeviceState.isSame(before, after)
  && Object.entries(after.fields).every(([name, value]) => Object.is(value, before.fields[name]))

/** Several times what any device has; names that come after them are left out. */
const maxFields = 500

/** What is known of a device with what it has just told. */
const withFields = (known: Fields, told: Fields): Fields => {
  const all = new Map(Object.entries(known))
  for (const [name, value] of Object.entries(told)) if (all.size < maxFields || all.has(name)) all.set(name, value)
  return Object.fromEntries(all)
}

export interface Options {
  readonly home: HomeDevice
  readonly state: LiveValue.LiveValue<DeviceState.DeviceState>
  readonly version: "A01" | "B01"
  readonly dialect: (context: Context) => Dialect
  readonly timeout: Context["timeout"]
  readonly memory: Context["memory"]
  readonly evenUnreachable: boolean
  readonly renewKey: cloudPort.Options["renewKey"]
  readonly poll: Intervals
}

const toRoute = (link: Link): Route =>
  link._tag === "Down" ? { _tag: "None", error: link.error } : link._tag === "Up" ? { _tag: "Cloud" } : { _tag: "None" }

const noLink = "The cloud cannot be reached, and this device is reached in no other way."

/** What happens soon after a command, and a flood of reasons to look makes one request. */
const settling = "1 second"

/**
 * Opens a device that is reached through the cloud only: listens, asks it once, and asks again at intervals and after
 * outages, until the scope ends. Nothing that it sends, or does not, makes this fail.
 */
export const open = (
  options: Options
): Effect.Effect<
  { readonly offers: Offers; readonly route: LiveValue.LiveValue<Route> },
  AuthError | ConnectError,
  CloudChannel | Scope.Scope
> =>
  Effect.gen(function*() {
    const { home, memory, state, timeout, version } = options
    const cloud = yield* CloudChannel
    const wakeUps = yield* Queue.sliding<void>(1)
    let describe: Dialect["describe"] = () => ({})
    let onFrame: Dialect["onFrame"] = () => Effect.void
    const described = (fields: Fields) => (before: DeviceState.DeviceState): DeviceState.DeviceState => {
      const all = withFields(before.fields, fields)
      return { ...before, ...describe(all), fields: all }
    }
    const answering = {
      stale: false,
      available: true,
      online: true,
      trouble: undefined,
      silentSince: undefined
    } as const
    const tell = (fields: Fields) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => state.update((before) => ({ ...described(fields)(before), ...answering, updatedAt: now }))
      )
    const wake = Effect.asVoid(Queue.offer(wakeUps, undefined))
    const hearOfCloud = (payload: Uint8Array) =>
      Effect.gen(function*() {
        const before = yield* state.get
        const online = Either.getOrUndefined(decodeOnline(payload)) ?? before.online
        if (online === before.online) return
        yield* state.update((known) => ({ ...known, online }))
        // One that has gone does not answer, and one that is back has pushed to nobody meanwhile.
        yield* wake
      })
    const { outageOver, send, unanswered } = yield* cloudPort.make({
      duid: home.duid,
      localKey: home.localKey,
      renewKey: options.renewKey,
      onRenewed: wake,
      version,
      evenUnreachable: options.evenUnreachable,
      onFrame: (frame) => frame.protocol === Frame.protocols.deviceStatus ? hearOfCloud(frame.payload) : onFrame(frame)
    })
    const refresh = Effect.suspend(() => dialect.ask).pipe(
      Effect.tapError((error) =>
        error._tag === "RequestError" && error.reason === "TimedOut" ? unanswered : Effect.void
      ),
      Effect.tapError((error) =>
        Effect.flatMap(
          Clock.currentTimeMillis,
          (now) => state.update((before) => DeviceState.withSilence(before, error.message, now))
        )
      ),
      Effect.zipRight(state.get)
    )
    const withRooms =
      (rooms: ReadonlyArray<Room>, currentRoomId: number | undefined) =>
      (before: DeviceState.DeviceState): DeviceState.DeviceState => ({
        ...before,
        rooms,
        currentRoomId,
        currentRoom: rooms.find(({ id }) => id === currentRoomId)?.name
      })
    const inTurn = { question: turns.make(timeout), command: turns.make(timeout) }
    const context: Context = {
      home,
      timeout,
      memory,
      send: (method, payload, acknowledged = false) =>
        inTurn.command(method, (sent) => {
          // Whether the broker has it is not known before it says so.
          if (acknowledged) sent()
          return send(method, payload, acknowledged)
        }),
      exchange: (turn, method, payload, run) =>
        inTurn[turn](method, (sent) => run(Effect.tap(send(method, payload), Effect.sync(sent)))),
      state: state.get,
      tell: (fields) => Effect.asVoid(tell(fields)),
      tellRooms: (rooms, currentRoomId) => Effect.asVoid(state.update(withRooms(rooms, currentRoomId))),
      refresh,
      wake
    }
    const dialect = options.dialect(context)
    describe = dialect.describe
    onFrame = dialect.onFrame
    yield* state.update(described(dialect.recall(home.dataPoints)))

    const route = yield* LiveValue.make<Route>(toRoute(yield* cloud.link.get), (a, b) => a._tag === b._tag)
    yield* cloud.link.changes.pipe(
      Stream.runForEach((link) =>
        Effect.gen(function*() {
          yield* route.update(() => toRoute(link))
          if (link._tag === "Up") yield* Effect.zipRight(outageOver, context.wake)
          if (link._tag !== "Down") return
          const now = yield* Clock.currentTimeMillis
          yield* state.update((before) => DeviceState.withSilence(before, link.error?.message ?? noLink, now))
        })
      ),
      Effect.interruptible,
      Effect.forkScoped
    )
    const look: Effect.Effect<unknown> = Effect.catchAll(
      refresh,
      (error: CommandError) => log.debug(`"${home.name}" does not answer: ${error.message}`)
    )
    yield* look
    yield* Effect.gen(function*() {
      while (true) {
        const pause = intervalOf(yield* state.get, yield* route.get, options.poll)
        yield* Effect.race(Effect.sleep(pause), Effect.delay(Queue.take(wakeUps), settling))
        yield* look
      }
    }).pipe(Effect.interruptible, Effect.forkScoped)
    return { offers: dialect.offers, route }
  })
