import type { HomeRoom, RobotIdentity } from "../../Account.ts"
import type { Robot } from "../../Robot.ts"
import { invalidParams, type Method, ok, single } from "./answers.ts"
import { cleaningMethods, levelMethods } from "./cleaning.ts"
import type { Consumables } from "./consumables.ts"
import type { DockPart } from "./dock.ts"
import type { Floors } from "./floors.ts"
import { makeHistory } from "./history.ts"
import { identityMethods } from "./identity.ts"
import type { MapEdits } from "./mapEdits.ts"
import { isAbsent, type V1Product } from "./product.ts"
import { makeSchedules } from "./schedules.ts"
import { settingMethods, type Settings } from "./settings.ts"
import { statusObject } from "./status.ts"

export interface Device {
  readonly identity: RobotIdentity
  readonly product: V1Product
  readonly dock: DockPart
  readonly floors: Floors
  readonly mapEdits: MapEdits
  readonly rooms: ReadonlyArray<HomeRoom>
  readonly robot: Robot
  readonly settings: Settings
  readonly consumables: Consumables
  readonly host: string
  readonly onLocate: () => void
}

/** The methods by name, all of them synchronous; those whose answer is a map are not here, because it is no JSON. */
export const makeMethods = (device: Device) => {
  const { consumables, dock, floors, identity, mapEdits, product, robot, settings } = device
  let statusSequence = 0
  const history = makeHistory(robot, product.form, dock.emptied)

  const statusAt = (now: number) =>
    statusObject(robot.state, { settings, product, dock, floors }, ++statusSequence, now)
  const status: Method = (_, now) => ({ result: product.form === "lists" ? statusAt(now) : [statusAt(now)] })

  const all = new Map<string, Method>([
    ["get_status", status],
    ["get_prop", (params, now) => single(params, "prop") === "get_status" ? status([], now) : invalidParams],
    ...cleaningMethods(robot, settings, floors.isLoading),
    ...levelMethods(settings, product),
    ...settingMethods(settings),
    ...dock.methods,
    ...makeSchedules(),
    ...floors.methods,
    ...mapEdits.methods,
    ...history.methods,
    ...identityMethods(identity, product, device.host, statusAt),
    ["find_me", () => {
      device.onLocate()
      return ok
    }],
    ["get_consumable", () => ({
      result: [{
        ...consumables.used(robot.state.totals.timeSeconds),
        strainer_work_times: 0,
        dust_collection_work_times: dock.emptied(),
        cleaning_brush_work_times: 0
      }]
    })],
    [
      "reset_consumable",
      (params) => consumables.replace(single(params, "part"), robot.state.totals.timeSeconds) ? ok : invalidParams
    ]
  ])
  return {
    methods: new Map([...all].filter(([name]) => !isAbsent(product, name))),
    /** Where a past cleaning was. */
    floorOf: (begin: unknown): number | undefined => history.find(begin)?.floor
  }
}
