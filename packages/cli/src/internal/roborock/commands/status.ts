/** `roborock status` */
import type { DeviceState } from "@effect-mqtt/roborock/DeviceState"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { percentOf } from "../../progress/steps.ts"
import * as deviceStatus from "../deviceStatus.ts"
import * as home from "../home.ts"
import type { Sight } from "../liveView.ts"
import * as output from "../output.ts"
import { onDevice } from "../sharedOptions.ts"
import * as watching from "../watching.ts"

const sightOf = (state: DeviceState): Sight => {
  const percent = percentOf(state)
  return { state, fraction: percent === undefined ? undefined : percent / 100 }
}

export const command = Command.make(
  "status",
  {
    ...onDevice,
    watch: Options.boolean("watch").pipe(
      Options.withAlias("w"),
      Options.withDescription("Goes on until ctrl-c: live, with the map on a terminal.")
    )
  },
  (values) =>
    Effect.gen(function*() {
      const device = yield* home.pickDevice(values)
      if (values.watch) {
        yield* watching.follow(
          { device, isJson: values.json, mapEvery: watching.mapEvery(values) },
          Stream.map(device.state.changes, sightOf)
        )
        return
      }
      const status = yield* Effect.flatMap(device.state.get, (state) => deviceStatus.make(device, state))
      yield* output.write(values.json, status, () => deviceStatus.text(status))
    }).pipe(home.provide(values, watching.poll(values)))
)
