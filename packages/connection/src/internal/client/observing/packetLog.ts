/**
 * Every packet in the log, at trace level. Payloads, passwords, authentication and correlation data
 * and the values of user properties are left out: their sizes and names are all that is told.
 */
import type { Packet } from "@effect-mqtt/codec"
import * as Effect from "effect/Effect"
import * as LogLevel from "effect/LogLevel"
import type * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import { forEach } from "../batches.ts"
import { Backlog } from "./backlog.ts"
import { isLogged } from "./logLevel.ts"

export type OnPacket = (direction: "sent" | "received", packet: Packet.Packet) => void

/** Lines that wait for a slow logger; then the oldest go. */
const heldLines = 1024

const hiddenFields = new Set(["username", "password"])

const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g

const isPair = (value: unknown): value is readonly [unknown, unknown] => Array.isArray(value) && value.length === 2

const shown = (name: string, value: unknown): unknown => {
  if (hiddenFields.has(name)) return "<hidden>"
  if (value instanceof Uint8Array) return `<${value.length} bytes>`
  if (typeof value === "string") return value.slice(0, 200).replace(control, " ")
  if (Array.isArray(value)) {
    return value.map((one) => name === "userProperties" && isPair(one) ? shown("name", one[0]) : shown(name, one))
  }
  return typeof value === "object" && value !== null ? describe(value) : value
}

/** The fields of a packet as they may be logged. */
export const describe = (packet: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(packet).filter(([, value]) => value !== undefined).map(([name, value]) => [name, shown(name, value)])
  )

/** Undefined, and free of cost, unless the fiber that makes the client logs at trace level. */
export const make = (runtime: Runtime.Runtime<never>): Effect.Effect<OnPacket | undefined, never, Scope.Scope> =>
  isLogged(runtime, LogLevel.Trace) ? start : Effect.succeed(undefined)

const start: Effect.Effect<OnPacket, never, Scope.Scope> = Effect.gen(function*() {
  const lines = new Backlog<{ readonly text: string; readonly fields: Record<string, unknown> }>(heldLines)
  const written = forEach(
    lines.pull,
    ({ fields, text }) => Effect.annotateLogs(Effect.logTrace(text), { package: "connection", ...fields })
  )
  yield* Effect.forkScoped(Effect.interruptible(written))
  return (direction, packet) => {
    const { _tag, ...fields } = describe(packet)
    lines.add({ text: `MQTT ${direction} ${String(_tag)}`, fields })
  }
})
