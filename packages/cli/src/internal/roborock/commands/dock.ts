/** `roborock dock`: the way there, and what the dock does with dust and mop. */
import type * as Device from "@effect-mqtt/roborock/Device"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import type * as RoborockOutput from "../../../RoborockOutput.ts"
import * as home from "../home.ts"
import * as output from "../output.ts"
import { failure } from "../roborockFailure.ts"
import { type DeviceValues, onDevice } from "../sharedOptions.ts"

type Job = (typeof RoborockOutput.DockJob.Type)["job"]

const jobs = {
  empty: { trait: "emptying", begun: "is being emptied", ended: "is not emptied any more" },
  wash: { trait: "washing", begun: "has its mop washed", ended: "does not have its mop washed any more" },
  dry: { trait: "drying", begun: "has its mop dried", ended: "does not have its mop dried any more" }
} as const satisfies Readonly<Record<Job, unknown>>

const options = {
  ...onDevice,
  empty: Options.boolean("empty").pipe(Options.withDescription("Empties the robot, which is in its dock.")),
  wash: Options.boolean("wash").pipe(Options.withDescription("Washes the mop.")),
  dry: Options.boolean("dry").pipe(Options.withDescription("Dries the mop.")),
  stop: Options.boolean("stop").pipe(Options.withDescription("With one of the others: ends it."))
}

interface Values extends DeviceValues {
  readonly empty: boolean
  readonly wash: boolean
  readonly dry: boolean
  readonly stop: boolean
}

const goHome = (device: Device.Device, { json }: Values) =>
  Effect.gen(function*() {
    yield* Effect.flatMap(device.trait("cleaning"), ({ dock }) => dock)
    const answer: typeof RoborockOutput.Order.Type = { device: device.name, accepted: "dock" }
    yield* output.write(json, answer, () => `${device.name} returns to its dock.`)
  })

const work = (device: Device.Device, job: Job, { json, stop }: Values) =>
  Effect.gen(function*() {
    const { begun, ended, trait } = jobs[job]
    const dock = yield* device.trait(trait)
    yield* Effect.catchIf(
      stop ? dock.stop : dock.start,
      (error) => error._tag === "DeviceError" && error.reason === "InvalidState",
      (cause) =>
        failure("Refused", `The dock of "${device.name}" cannot do this now`, "See \"roborock status\".", cause)
    )
    const answer: typeof RoborockOutput.DockJob.Type = { device: device.name, job, accepted: stop ? "stop" : "start" }
    yield* output.write(json, answer, () => `${device.name} ${stop ? ended : begun}.`)
  })

export const command = Command.make("dock", options, (values: Values) =>
  Effect.gen(function*() {
    const [job, ...others] = (["empty", "wash", "dry"] as const).filter((name) => values[name])
    if (others.length > 0) return yield* failure("Usage", "One of --empty, --wash and --dry is enough")
    if (values.stop && job === undefined) return yield* failure("Usage", "--stop needs --empty, --wash or --dry")
    yield* Effect.flatMap(
      home.pickDevice(values),
      (device) => job === undefined ? goHome(device, values) : work(device, job, values)
    ).pipe(home.provide(values))
  }))
