/** `roborock pause`, `resume`, `stop`, `locate`: one word, one command of the device. */
import type * as Device from "@effect-mqtt/roborock/Device"
import type { RoborockError } from "@effect-mqtt/roborock/RoborockError"
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import type * as RoborockOutput from "../../../RoborockOutput.ts"
import type { CommandError } from "../../command/commandError.ts"
import * as home from "../home.ts"
import * as output from "../output.ts"
import { failure } from "../roborockFailure.ts"
import { onDevice } from "../sharedOptions.ts"

type Send = (device: Device.Device) => Effect.Effect<void, RoborockError | CommandError>

const order = <const Name extends string>(name: Name, done: string, send: Send) =>
  Command.make(name, onDevice, (values) =>
    Effect.gen(function*() {
      const device = yield* home.pickDevice(values)
      yield* send(device)
      const answer: typeof RoborockOutput.Order.Type = { device: device.name, accepted: name }
      yield* output.write(values.json, answer, () => `${device.name} ${done}.`)
    }).pipe(home.provide(values)))

export const pause = order(
  "pause",
  "pauses",
  (device) => Effect.flatMap(device.trait("cleaning"), ({ pause }) => pause)
)

export const stop = order("stop", "stops", (device) => Effect.flatMap(device.trait("cleaning"), ({ stop }) => stop))

export const locate = order(
  "locate",
  "says where it is",
  (device) => Effect.flatMap(device.trait("locate"), ({ locate }) => locate)
)

/** A start of a robot that has nothing to go on with would clean everything. */
export const resume = order("resume", "goes on", (device) =>
  Effect.gen(function*() {
    const { activity, unfinished } = yield* Effect.flatMap(device.trait("status"), ({ refresh }) => refresh)
    if (unfinished === undefined && activity !== "paused") {
      return yield* failure("Refused", `"${device.name}" has nothing to go on with`, "Begin with \"roborock clean\".")
    }
    yield* Effect.flatMap(device.trait("cleaning"), ({ start }) => start)
  }))
