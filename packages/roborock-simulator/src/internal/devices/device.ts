import type * as Effect from "effect/Effect"
import type { Robot } from "../../Robot.ts"
import type { CleanRecord } from "../../RobotState.ts"
import type { Answer, Params } from "../v1/answers.ts"

/** A device in the cloud. What it returns are the payloads of MQTT messages, to be published in that order. */
export interface Device {
  /** Answers a message. What is damaged, or sealed with another key, is silently ignored. */
  readonly handle: (message: Uint8Array) => Effect.Effect<ReadonlyArray<Uint8Array>>
  /** Brings it to the present; returns pushes when something has changed since the last one. */
  readonly tick: Effect.Effect<ReadonlyArray<Uint8Array>>
  /** What the cloud knows of it, by number. */
  readonly dataPoints: () => ReadonlyMap<number, unknown>
  /** What tells clients that it has come, or gone. */
  readonly presence: (online: boolean) => Effect.Effect<ReadonlyArray<Uint8Array>>
}

/** A robot, which also takes calls without the network. */
export interface VacuumDevice extends Device {
  readonly call: (method: string, params: Params) => Effect.Effect<Answer>
  /** How many times it was asked to say where it is. */
  readonly located: () => number
}

/** Remembers what was told, and tells what is new. */
export const makeChanges = <K>(current: () => ReadonlyMap<K, unknown>) => {
  let told = current()
  return (): ReadonlyMap<K, unknown> => {
    const now = current()
    const changed = new Map([...now].filter(([id, value]) => told.get(id) !== value))
    told = now
    return changed
  }
}

/** Remembers how many cleanings have ended, and gives those that are new, oldest first. */
export const makeFinished = (robot: Robot) => {
  let known = robot.state.totals.count
  return (): ReadonlyArray<CleanRecord> => {
    const { records, totals } = robot.state
    const fresh = records.slice(0, totals.count - known).reverse()
    known = totals.count
    return fresh
  }
}
