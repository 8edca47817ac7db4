/** `roborock clean` */
import type * as Device from "@effect-mqtt/roborock/Device"
import type { DeviceState } from "@effect-mqtt/roborock/DeviceState"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { StandardStreams } from "../../../StandardStreams.ts"
import * as steps from "../../progress/steps.ts"
import * as cleanTarget from "../cleanTarget.ts"
import * as cleanWords from "../cleanWords.ts"
import { minutes, squareMetres } from "../deviceStatus.ts"
import * as home from "../home.ts"
import * as output from "../output.ts"
import { failure } from "../roborockFailure.ts"
import { type DeviceValues, onDevice } from "../sharedOptions.ts"
import * as watching from "../watching.ts"

interface Values extends DeviceValues, cleanTarget.Values, cleanWords.Values {
  readonly watch: boolean
}

const isStuck = ({ activity }: DeviceState): boolean => activity === "error"

const watch = (device: Device.Device, target: cleanTarget.Target, values: Values) =>
  Effect.gen(function*() {
    const area = yield* cleanTarget.areaOf(device, target)
    const { report } = yield* StandardStreams
    const states = Stream.takeUntil(device.state.changes, isStuck)
    const last = yield* watching.follow(
      { device, isJson: values.json, mapEvery: watching.mapEvery(values) },
      steps.watch(states, area)
    ).pipe(
      Effect.onInterrupt(() => report("roborock: The robot goes on. \"roborock stop\" stops it."))
    )
    const state = last?.state ?? (yield* device.state.get)
    if (isStuck(state)) {
      return yield* failure(
        "Refused",
        `"${device.name}" has stopped: ${state.error?.text ?? "unknown error"}`,
        "Put that right, then run \"roborock resume\"."
      )
    }
    if (values.json) return
    const { cleanTime, cleanedArea } = state
    const done = cleanedArea === undefined ? "" : ` after ${squareMetres(cleanedArea)}`
    const took = cleanTime === undefined ? "" : ` in ${minutes(Duration.toSeconds(cleanTime))}`
    yield* output.line(`${device.name} is back in its dock${done}${took}.`)
  })

const options = {
  ...onDevice,
  ...cleanTarget.options,
  ...cleanWords.options,
  watch: Options.boolean("watch").pipe(
    Options.withAlias("w"),
    Options.withDescription(
      "Waits until the robot is back in its dock, and shows its progress: on a terminal with the map."
    )
  )
}

const run = (values: Values) =>
  Effect.gen(function*() {
    const target = yield* cleanTarget.of(values)
    yield* Effect.gen(function*() {
      const device = yield* home.pickDevice(values)
      yield* cleanWords.apply(device, values)
      const started = yield* cleanTarget.begin(device, target)
      yield* output.write(values.json, started, () => cleanTarget.sentence(started))
      if (values.watch) yield* watch(device, target, values)
    }).pipe(home.provide(values, watching.poll(values)))
  })

export const command = Command.make("clean", options, run)
