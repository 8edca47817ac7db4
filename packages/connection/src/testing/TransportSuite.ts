/**
 * What every transport has to do, as checks that any test runner can run. If you write a transport of
 * your own, they tell you whether the client can rely on it.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { matches, next, readExactly, readToEnd, settles, total } from "../internal/testing/traffic.ts"
import type { TransportError } from "../MqttError.ts"
import type { Wire } from "../Wire.ts"

/**
 * A transport with a server behind it, for one check.
 *
 * @since 0.1.0
 * @category models
 */
export interface Fixture {
  /** Opens a wire to the server: the transport's `open`, with an endpoint. */
  readonly open: Effect.Effect<Wire, TransportError, Scope.Scope>
  /** The server's end of the next wire. */
  readonly accept: Effect.Effect<Wire, TransportError, Scope.Scope>
  /** Breaks a link from the server's end, without the end that a peer can read. */
  readonly reset?: ((far: Wire) => Effect.Effect<void>) | undefined
  /** How many links the server still holds. */
  readonly links?: Effect.Effect<number> | undefined
}

/**
 * One thing that a transport has to do. `run` fails with the behaviour that it expected and did not
 * see. It takes real time: run it without a test clock.
 *
 * @since 0.1.0
 * @category models
 */
export interface Check {
  readonly name: string
  readonly run: Effect.Effect<void, CheckFailed>
}

/**
 * How to check.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** How much goes through at once in each direction. @default 64 MiB */
  readonly burstBytes?: number | undefined
}

/**
 * The transport does not do what a check is about.
 *
 * @since 0.1.0
 * @category errors
 */
export class CheckFailed extends Data.TaggedError("CheckFailed")<{
  readonly expected: string
  readonly cause?: unknown
}> {
  override get message(): string {
    return `The transport was expected to ${this.expected}`
  }
}

/**
 * The checks. Those about pausing pass where `canPause` is false; those that need something that
 * the fixture does not offer pass without doing anything.
 *
 * @example
 * ```ts
 * import { Endpoint, Transport } from "@effect-mqtt/connection"
 * import { TransportSuite } from "@effect-mqtt/connection/testing"
 * import { Context, Effect, Layer, Queue } from "effect"
 * import type { Wire } from "@effect-mqtt/connection"
 *
 * const fixture = Effect.gen(function*() {
 *   const servers = yield* Queue.unbounded<Wire.Wire>()
 *   const context = yield* Layer.build(
 *     Transport.layerMemory((wire) => Effect.zipRight(servers.offer(wire), Effect.never))
 *   )
 *   const endpoint = yield* Endpoint.parse("mqtt://memory")
 *   return { open: Context.get(context, Transport.Transport).open(endpoint), accept: servers.take }
 * })
 *
 * // With vitest: for (const { name, run } of checks) it(name, () => Effect.runPromise(run))
 * export const checks = TransportSuite.make(fixture)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <E>(
  fixture: Effect.Effect<Fixture, E, Scope.Scope>,
  { burstBytes = 64 * 1024 * 1024 }: Options = {}
): ReadonlyArray<Check> =>
  Object.entries(behaviours).map(([name, behaviour]) => ({
    name,
    run: fixture.pipe(
      Effect.flatMap((made) => behaviour(made, burstBytes)),
      Effect.scoped,
      Effect.catchAll((cause) =>
        cause instanceof CheckFailed ? cause : new CheckFailed({ expected: "work without a failure", cause })
      ),
      Effect.timeoutFail({
        duration: "25 seconds",
        onTimeout: () => new CheckFailed({ expected: "come to an end with this check" })
      })
    )
  }))

type Behaviour = (
  fixture: Fixture,
  burstBytes: number
) => Effect.Effect<void, CheckFailed | TransportError, Scope.Scope>

const behaviours: Record<string, Behaviour> = {
  "carries bytes in both directions, the pieces of a write in order": (fixture) =>
    Effect.gen(function*() {
      const { far, near } = yield* connected(fixture)
      yield* near.write([Uint8Array.of(1, 2), Uint8Array.of(3)])
      yield* near.write([])
      yield* near.write([new Uint8Array(0)])
      yield* near.write([Uint8Array.of(4)])
      yield* expect("write pieces in order", matches(yield* readExactly(far, 4), [1, 2, 3, 4]))
      yield* far.write([Uint8Array.of(5), Uint8Array.of(6)])
      yield* expect("read what the peer wrote", matches(yield* readExactly(near, 2), [5, 6]))
    }),

  "carries single bytes": (fixture) =>
    Effect.gen(function*() {
      const { far, near } = yield* connected(fixture)
      for (const [from, to] of [[near, far], [far, near]] as const) {
        const bytes = next(1000, 0)
        const writing = yield* Effect.fork(
          Effect.forEach(bytes, (byte) => Effect.zipRight(from.write([Uint8Array.of(byte)]), Effect.yieldNow()))
        )
        yield* expect("carry single bytes", matches(yield* readExactly(to, 1000), bytes))
        yield* Fiber.join(writing)
      }
    }),

  "carries bursts in both directions at once": (fixture, burstBytes) =>
    Effect.gen(function*() {
      const { far, near } = yield* connected(fixture)
      const sums = yield* Effect.all(
        [send(near, burstBytes), send(far, burstBytes), total(near, burstBytes), total(far, burstBytes)],
        { concurrency: "unbounded" }
      )
      yield* expect("carry every byte of a burst, unchanged", sums[2] && sums[3])
    }),

  "keeps two wires apart": (fixture) =>
    Effect.gen(function*() {
      const one = yield* connected(fixture)
      const two = yield* connected(fixture)
      yield* one.near.write([Uint8Array.of(1)])
      yield* two.near.write([Uint8Array.of(2)])
      yield* expect("keep two wires apart", matches(yield* readExactly(two.far, 1), [2]))
      yield* expect("keep two wires apart", matches(yield* readExactly(one.far, 1), [1]))
    }),

  "loses nothing when a read is interrupted": (fixture) =>
    Effect.gen(function*() {
      const { far, near } = yield* connected(fixture)
      const reading = yield* Effect.fork(near.read)
      yield* Effect.sleep("10 millis")
      yield* Fiber.interrupt(reading)
      yield* far.write([Uint8Array.of(1, 2, 3)])
      yield* expect("lose nothing when a read is interrupted", matches(yield* readExactly(near, 3), [1, 2, 3]))
    }),

  "never writes again to an array that was read": (fixture) =>
    Effect.gen(function*() {
      const { far, near } = yield* connected(fixture)
      yield* far.write([next(1000, 0)])
      const first = yield* near.read
      const copy = first.slice()
      yield* Effect.fork(send(far, 1024 * 1024))
      yield* readExactly(near, 1024 * 1024)
      yield* expect("leave an array alone that was read", matches(first, copy))
    }),

  "stops the peer while it is not read": (fixture, burstBytes) =>
    Effect.gen(function*() {
      const { far, near } = yield* connected(fixture)
      if (!near.canPause) return
      const progress = { bytes: 0 }
      const writing = yield* Effect.fork(send(far, burstBytes, progress))
      yield* settles(() => progress.bytes)
      yield* expect("stop the peer while it is not read", progress.bytes < burstBytes)
      yield* expect("lose nothing over a pause", yield* total(near, burstBytes))
      yield* Fiber.join(writing)
    }),

  "lets a writer wait for a peer that reads nothing, and be interrupted": (fixture, burstBytes) =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { far, near } = yield* connected({ ...fixture, open: Scope.extend(fixture.open, scope) })
      if (!far.canPause) return yield* Scope.close(scope, Exit.void)
      const progress = { bytes: 0 }
      const writing = yield* Effect.fork(send(near, burstBytes, progress))
      yield* settles(() => progress.bytes)
      yield* expect("let a writer wait for a peer that reads nothing", progress.bytes < burstBytes)
      yield* Fiber.interrupt(writing)
      yield* Scope.close(scope, Exit.void)
      yield* readToEnd(far)
      yield* released(fixture)
    }),

  "reads the peer's end behind its last bytes": (fixture) =>
    Effect.gen(function*() {
      const { far, near } = yield* connected(fixture)
      const ending = yield* Effect.fork(Effect.zipRight(far.write([next(100_000, 0)]), far.shutdown))
      const { bytes, error } = yield* readToEnd(near)
      yield* expect("read all that the peer sent before its end", bytes === 100_000)
      yield* expect("fail a read with \"Closed\" after the peer's end", error.reason === "Closed")
      yield* expect("go on failing", (yield* failureOf(near.read)).reason === "Closed")
      yield* near.shutdown
      yield* Fiber.join(ending)
    }),

  "delivers what was written before its shutdown, and waits for the peer": (fixture) =>
    Effect.gen(function*() {
      const { far, near } = yield* connected(fixture)
      const bytes = 1024 * 1024
      const writing = yield* Effect.fork(Effect.zipRight(send(near, bytes), near.shutdown))
      const received = yield* readToEnd(far)
      yield* expect("deliver what was written before its shutdown", received.bytes === bytes)
      yield* expect("end with a shutdown like a peer that says goodbye", received.error.reason === "Closed")
      yield* far.shutdown
      yield* Fiber.join(writing)
      yield* expect("refuse to write after its shutdown", Exit.isFailure(yield* Effect.exit(near.write([next(1, 0)]))))
      yield* near.shutdown
    }),

  "fails reads and writes after a reset": (fixture) =>
    Effect.gen(function*() {
      if (fixture.reset === undefined) return
      const { far, near } = yield* connected(fixture)
      const reading = yield* Effect.fork(failureOf(near.read))
      yield* Effect.sleep("10 millis")
      yield* fixture.reset(far)
      const error = yield* Fiber.join(reading)
      yield* expect("fail a read after a reset", error.reason === "Read" || error.reason === "Closed")
      yield* expect("fail a write after a reset", Exit.isFailure(yield* Effect.exit(near.write([next(1, 0)]))))
    }),

  "ends reads and writes, and the peer's too, when its scope closes": (fixture, burstBytes) =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { far, near } = yield* connected({ ...fixture, open: Scope.extend(fixture.open, scope) })
      const reading = yield* Effect.fork(failureOf(near.read))
      const writing = yield* Effect.fork(Effect.exit(send(near, far.canPause ? burstBytes : 1)))
      yield* Effect.sleep("50 millis")
      yield* Scope.close(scope, Exit.void)
      yield* expect("end a read when the scope closes", (yield* Fiber.join(reading))._tag === "TransportError")
      yield* Fiber.join(writing)
      yield* readToEnd(far)
      yield* released(fixture)
    }),

  "leaves nothing when opening is interrupted": (fixture) =>
    Effect.gen(function*() {
      for (const delay of [0, 1, 5]) {
        const opening = yield* Effect.fork(Effect.scoped(Effect.zipRight(fixture.open, Effect.never)))
        yield* Effect.sleep(delay)
        yield* Fiber.interrupt(opening)
      }
      yield* released(fixture)
    })
}

const connected = (fixture: Fixture) =>
  Effect.all({ near: fixture.open, far: fixture.accept }, { concurrency: "unbounded" })

const expect = (expected: string, holds: boolean): Effect.Effect<void, CheckFailed> =>
  holds ? Effect.void : new CheckFailed({ expected })

const failureOf = (read: Wire["read"]): Effect.Effect<TransportError, CheckFailed> =>
  Effect.mapError(Effect.flip(read), () => new CheckFailed({ expected: "fail a read when the link is over" }))

/** Writes this many bytes, many in a write, and says how far it came. */
const send = (wire: Wire, bytes: number, progress = { bytes: 0 }): Effect.Effect<void, TransportError> =>
  Effect.whileLoop({
    while: () => progress.bytes < bytes,
    body: () => {
      const size = Math.min(128 * 1024, bytes - progress.bytes)
      const half = size >> 1
      return Effect.map(
        wire.write([next(half, progress.bytes), next(size - half, progress.bytes + half)]),
        () => size
      )
    },
    step: (size) => {
      progress.bytes += size
    }
  })

const released = ({ links }: Fixture): Effect.Effect<void, CheckFailed> =>
  links === undefined
    ? Effect.void
    : links.pipe(
      Effect.delay("10 millis"),
      Effect.repeat({ until: (count) => count === 0, times: 300 }),
      Effect.flatMap((count) => expect("release its link", count === 0))
    )
