import * as Effect from "effect/Effect"
import type { Scene } from "../../Cloud.ts"
import type { FloorPlan } from "../../FloorPlan.ts"
import type { SimulatedRobot } from "../../SimulatedRobot.ts"
import type { Params } from "../../V1Device.ts"

const firstId = 7001

/** Two routines for each V1 robot: everything, and the first room twice. */
export const makeScenes = (plan: FloorPlan, robots: ReadonlyArray<SimulatedRobot>): ReadonlyArray<Scene> =>
  robots.filter(({ product }) => product !== "Q7" && product !== "Q10").flatMap((robot) => {
    const [room] = plan.rooms
    return [
      { robot, name: "Everything", inApp: "do_scenes_app_start", method: "app_start", params: [] },
      ...(room === undefined ? [] : [{
        robot,
        name: `${room.name} twice`,
        inApp: "do_scenes_segments",
        method: "app_segment_clean",
        params: [{ segments: [room.segment], repeat: 2 }]
      }])
    ]
  }).map(({ inApp, method, name, params, robot }, index) => ({
    id: firstId + index,
    name,
    duid: robot.duid,
    param: appParam(robot.duid, inApp, params),
    run: Effect.asVoid(robot.call(method, params))
  }))

const appParam = (duid: string, method: string, params: Params): string =>
  JSON.stringify({
    triggers: [],
    action: {
      type: "S",
      items: [{
        id: 1,
        type: "CMD",
        name: "",
        entityId: duid,
        param: JSON.stringify({ id: 1, method, params }),
        finishDpIds: [130]
      }]
    },
    matchType: "NONE",
    tagId: "1"
  })
