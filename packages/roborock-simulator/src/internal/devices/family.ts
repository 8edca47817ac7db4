import * as Effect from "effect/Effect"
import type { HomeRoom, RobotIdentity } from "../../Account.ts"
import type { Robot } from "../../Robot.ts"
import * as V1Device from "../../V1Device.ts"
import { makeQ10Device } from "../q10/device.ts"
import { makeQ7Device } from "../q7/device.ts"
import type { VacuumDevice } from "./device.ts"

/** Robots of one family speak the same. */
export type Family = "V1" | "Q7" | "Q10"

export interface Options {
  readonly identity: RobotIdentity
  readonly rooms: ReadonlyArray<HomeRoom>
  readonly robot: Robot
  readonly host: string
}

const isV1 = (identity: RobotIdentity): identity is V1Device.Options["identity"] =>
  identity.product !== "Q7" && identity.product !== "Q10"

/** The protocol side of a robot, in the language of its product; `local` is what answers on the home network. */
export const makeVacuumDevice = (
  { host, identity, robot, rooms }: Options
): Effect.Effect<{ readonly device: VacuumDevice; readonly local?: V1Device.V1Device }> =>
  isV1(identity)
    ? Effect.map(V1Device.make({ identity, rooms, robot, host }), (device) => ({ device, local: device }))
    : Effect.map(
      identity.product === "Q7" ? makeQ7Device({ identity, robot, host }) : makeQ10Device({ identity, robot, host }),
      (device) => ({ device })
    )
