/** A home for `--simulator`: everything in this process, nothing kept. */
import * as FloorPlan from "@effect-mqtt/roborock-simulator/FloorPlan"
import * as Simulator from "@effect-mqtt/roborock-simulator/Simulator"
import * as RoborockSession from "@effect-mqtt/roborock/RoborockSession"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** How often a simulated robot is asked: it does not mind, and lives fast. */
const poll = { active: "500 millis", idle: "1 second" } as const

/** What a robot of a simulated home is: one that has everything, so that every command has something to do. */
export const robot = (name: string): Simulator.RobotOptions => ({
  name,
  product: "Qrevo Master",
  cloudSchedules: [{
    id: "1",
    cron: "0 9 * * 1,3",
    repeated: true,
    enabled: true,
    param: JSON.stringify({ method: "app_start", params: [] })
  }]
})

export const floors = { otherFloors: [FloorPlan.upstairs()] } as const

export const simulator = Simulator.layer({ speed: 60, robots: [robot("Living room")], ...floors })

/** A session that is logged in to the simulated home. */
export const session = Layer.unwrapEffect(
  Effect.map(Simulator.Simulator, ({ account, baseUrl }) =>
    RoborockSession.layer({
      baseUrl,
      credentials: { email: account.email, password: account.password },
      poll
    }))
).pipe(Layer.provide([simulator, KeyValueStore.layerMemory]))
