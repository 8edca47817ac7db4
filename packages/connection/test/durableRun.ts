import { assert } from "@effect/vitest"
import type { World } from "./durableWorld.ts"
import * as Worlds from "./durableWorld.ts"

/** Repeatable random numbers: a seed names its run. */
export const makeRandom = (seed: number) => {
  let state = seed * 2_654_435_761 >>> 0
  return (below: number) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    return ((state ^ (state >>> 13)) >>> 0) % below
  }
}

export type Random = ReturnType<typeof makeRandom>

export const makeWorld = (random: Random): World =>
  Worlds.make({
    inFlight: 1 + random(6),
    receiveMaximum: () => 1 + random(6),
    ourReceiveMaximum: 1 + random(4)
  })

/** Bytes, commits, commands, cuts and kills: one of them, and what follows of itself. */
export const stepAtRandom = (world: World, random: Random, mayForget: boolean) => {
  const actions: ReadonlyArray<() => void> = [
    () => world.publish(([0, 1, 2] as const)[random(3)] ?? 0),
    () => world.send(random(2) === 0 ? 1 : 2),
    () => world.take(),
    () => world.write(),
    () => world.commit(),
    () => world.up(1 + random(40)),
    () => world.down(1 + random(40)),
    () => world.accept(random(4)),
    () => {
      if (random(10) === 0) world.cut()
    },
    () => {
      if (random(10) === 0) world.crash()
    },
    () => {
      if (!mayForget || random(20) > 0) return
      world.cut()
      if (!world.isLinked()) world.forget()
    }
  ]
  if (!world.isLinked()) world.connect()
  actions[random(actions.length)]?.()
  const { session } = world.program()
  if (session.ended() === undefined) return
  assert.isTrue(session.mustStartClean(), session.ended()?.message)
  world.hangUp()
}
