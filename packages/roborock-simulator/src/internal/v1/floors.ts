import type { HomeRoom } from "../../Account.ts"
import type { Room } from "../../FloorPlan.ts"
import type { Robot } from "../../Robot.ts"
import { invalidParams, invalidStatus, isList, isRecord, type Method, type Methods, ok, single } from "./answers.ts"
import { whileResting } from "./mapEdits.ts"

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
  /** Of each floor: the rooms of the home by segment, where people have given other names than the plan has. */
  const renamed = new Map<number, ReadonlyMap<number, number>>()

  /** A room that has no name any more belongs to no room of the home. */
  const homeRoomOf = (floor: number, { name, segment }: Room): HomeRoom | undefined => {
    const given = renamed.get(floor)
    return rooms.find((room) => given === undefined ? room.name === name : room.id === given.get(segment))
  }

  /** All names of the floor at once: a segment that is left out has none afterwards. */
  const rename: Method = (params) => {
    const names = new Map<number, number>()
    for (const entry of isList(params) ? params : []) {
      const { miRoomId, robotRoomId: segment } = isRecord(entry)
        ? entry
        : { miRoomId: undefined, robotRoomId: undefined }
      const room = rooms.find(({ id }) => String(id) === String(miRoomId))
      if (typeof segment !== "number" || room === undefined) return invalidParams
      if (robot.plan.rooms.every((known) => known.segment !== segment)) return invalidParams
      names.set(segment, room.id)
    }
    if (names.size === 0) return invalidParams
    renamed.set(robot.state.floor, names)
    return ok
  }

  const methods: Methods = [
    ["get_room_mapping", () => ({
      result: robot.plan.rooms.flatMap((room) => {
        const known = homeRoomOf(robot.state.floor, room)
        return known === undefined ? [] : [[room.segment, String(known.id)]]
      })
    })],
    ["name_segment", whileResting(robot, rename)],
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
            rooms: plan.rooms.map((room) => {
              const known = homeRoomOf(floor, room)
              return { id: room.segment, tag: 0, iot_name_id: String(known?.id ?? ""), iot_name: known?.name ?? "" }
            })
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
