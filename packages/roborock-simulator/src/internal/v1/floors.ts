import type { HomeRoom } from "../../Account.ts"
import type { Robot } from "../../Robot.ts"
import { invalidParams, invalidStatus, isRecord, type Methods, ok, single } from "./answers.ts"

const maxFloors = 4
const noMap = 63
/** The low bits of the status are always set. */
const flags = 3
const loadingMillis = 2000

/** The maps of a robot: one for each floor, of which one is in use. */
export const makeFloors = (robot: Robot, rooms: ReadonlyArray<HomeRoom>, bornSeconds: number) => {
  let loadingUntil = 0
  const names = new Map<number, string>()
  const isLoading = (now: number): boolean => now < loadingUntil
  const idOf = (name: string): string => String(rooms.find((room) => room.name === name)?.id ?? "")

  const methods: Methods = [
    ["get_room_mapping", () => ({
      result: robot.plan.rooms.map(({ name, segment }) => [segment, idOf(name)])
    })],
    ["get_multi_maps_list", () => ({
      result: [{
        max_multi_map: Math.max(maxFloors, robot.floors.length),
        max_bak_map: 0,
        multi_map_count: robot.floors.length,
        map_info: robot.floors.map((plan, floor) => {
          const name = names.get(floor) ?? plan.name
          return {
            mapFlag: floor,
            add_time: bornSeconds,
            length: name.length,
            name,
            bak_maps: [],
            rooms: plan.rooms.map((room) => ({
              id: room.segment,
              tag: 0,
              iot_name_id: idOf(room.name),
              iot_name: room.name
            }))
          }
        })
      }]
    })],
    ["load_multi_map", (params, now) => {
      const floor = single(params, "map_flag")
      if (typeof floor !== "number" || robot.floors[floor] === undefined) return invalidParams
      if (isLoading(now) || robot.command({ _tag: "ChangeFloor", floor }, now) !== "Done") return invalidStatus
      loadingUntil = now + loadingMillis / robot.speed
      return ok
    }],
    ["name_multi_map", (params) => {
      const entry = isRecord(params) ? params : params[0]
      const { map_flag: floor, name } = isRecord(entry) ? entry : { map_flag: undefined, name: undefined }
      if (typeof floor !== "number" || robot.floors[floor] === undefined || typeof name !== "string") {
        return invalidParams
      }
      names.set(floor, name)
      return ok
    }]
  ]

  return {
    methods,
    isLoading,
    /** What the status says: the map in use, none while another is being loaded. */
    statusAt: (now: number): number => (isLoading(now) ? noMap : robot.state.floor) << 2 | flags
  }
}

export type Floors = ReturnType<typeof makeFloors>
