import type { Wire } from "@effect-mqtt/connection"
import { TransportSuite } from "@effect-mqtt/connection/testing"
import { describe, it } from "@effect/vitest"
import type { Scope } from "effect"
import { Effect, Queue } from "effect"
import type { Modem } from "../polled-transport.ts"
import * as Polled from "../polled-transport.ts"
import { plug, wireOf } from "../streams-wire.ts"

/** A modem and the one at the other end of its line. */
const modems = (): readonly [Modem, Modem] => {
  const buffers: readonly [Array<Uint8Array>, Array<Uint8Array>] = [[], []]
  const state = { isOnline: true }
  const modem = (inbox: Array<Uint8Array>, outbox: Array<Uint8Array>): Modem => ({
    read: () => inbox.shift(),
    write: (bytes) => {
      if (outbox.length >= 16) return false
      outbox.push(bytes.slice())
      return true
    },
    hangUp: () => {
      state.isOnline = false
    },
    isOnline: () => state.isOnline
  })
  return [modem(...buffers), modem(buffers[1], buffers[0])]
}

/** Opening makes a line; its far end is the next that is accepted. */
const over = <A>(
  makeLine: () => readonly [A, A],
  toWire: (end: A) => Effect.Effect<Wire.Wire, never, Scope.Scope>
): Effect.Effect<TransportSuite.Fixture> =>
  Effect.map(Queue.unbounded<A>(), (ends) => ({
    open: Effect.suspend(() => {
      const [near, far] = makeLine()
      return Effect.zipRight(Queue.offer(ends, far), toWire(near))
    }),
    accept: Effect.flatMap(Queue.take(ends), toWire)
  }))

describe("Web Streams", () => {
  for (const { name, run } of TransportSuite.make(over(plug, wireOf))) it.live(name, () => run)
})

describe("a modem that is polled", () => {
  const checks = TransportSuite.make(over(modems, Polled.wireOf), { burstBytes: 16 * 1024 * 1024 })
  for (const { name, run } of checks) it.live(name, () => run)
})
