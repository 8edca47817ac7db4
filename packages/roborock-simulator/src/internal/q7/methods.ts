import type { CleanRecord, Command, Robot } from "../../Robot.ts"
import { isList, isRecord, type Params } from "../v1/answers.ts"
import { liveMap, savedMap, segmentOfRoom } from "./map.ts"
import type { Properties } from "./properties.ts"

/** What a method gives: data, or the code of a refusal; with a map behind it where one was asked for. */
export interface Reply {
  readonly data?: unknown
  readonly code?: number
  readonly map?: { readonly floor: number; readonly mapType: number }
}

type Method = (params: Readonly<Record<string, unknown>>, now: number) => Reply

/** The codes of refusals are not known; these are made up. */
const codes = { unknownMethod: 1, badParameters: 2, notNow: 3 } as const
const done: Reply = { data: {} }
const badParameters: Reply = { code: codes.badParameters }

const mapUrl = ({ beginSeconds, endSeconds }: CleanRecord): string =>
  `/userdata/record_map/${beginSeconds}_${endSeconds}_0_clean_map.bin`

const recordEntry = (record: CleanRecord) => ({
  url: mapUrl(record),
  detail: JSON.stringify({
    record_start_time: record.beginSeconds,
    method: 0,
    record_use_time: record.durationSeconds,
    clean_count: 1,
    record_clean_area: Math.round(record.areaMm2 / 10_000),
    record_clean_mode: 0,
    record_clean_way: 0,
    record_task_status: record.complete ? 20 : 21,
    record_faultcode: record.errorCode,
    record_dust_num: 0,
    clean_current_map: record.floor,
    record_map_url: mapUrl(record)
  })
})

/** The services of a Q7 robot. */
export const makeMethods = (robot: Robot, properties: Properties, host: string, onLocate: () => void) => {
  const command = (told: Command, now: number): Reply => {
    const outcome = robot.command(told, now)
    return outcome === "Done" ? done : outcome === "Refused" ? { code: codes.notNow } : badParameters
  }
  const taken = (isTaken: boolean): Reply => isTaken ? done : badParameters
  const floorOf = (mapId: unknown): number | undefined => {
    const floor = typeof mapId === "number" ? mapId - 1 : -1
    return robot.floors[floor] === undefined ? undefined : floor
  }

  const setRoomClean: Method = ({ clean_type: kind, ctrl_value: control, room_ids: rooms }, now) => {
    if (control === 0) return command({ _tag: "Stop" }, now)
    if (control === 2) return command({ _tag: "Pause" }, now)
    if (control !== 1 || !isList(rooms)) return badParameters
    if (robot.state.activity === "Paused" && robot.state.task !== undefined) return command({ _tag: "Resume" }, now)
    if (kind === 0 && rooms.length === 0) return command({ _tag: "CleanAll" }, now)
    const segments = rooms.map((room) => segmentOfRoom(robot.plan, room))
    const repeat = properties.setting("repeat_state") === 1 ? 2 : 1
    return command({ _tag: "CleanSegments", segments, repeat }, now)
  }

  const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
    ["prop.get", ({ property }) => {
      if (!isList(property)) return badParameters
      return { data: Object.fromEntries([...properties.all()].filter(([name]) => property.includes(name))) }
    }],
    ["prop.set", (params) => taken(properties.set(params))],
    ["service.set_room_clean", setRoomClean],
    ["service.start_recharge", (_, now) => command({ _tag: "Dock" }, now)],
    ["service.stop_recharge", (_, now) => command({ _tag: "Stop" }, now)],
    ["service.find_device", () => {
      onLocate()
      return done
    }],
    ["service.set_quiet_time", (params) => taken(properties.setQuiet(params))],
    ["service.reset_consumable", ({ consumable }) => taken(properties.replace(consumable))],
    ["service.get_record_list", () => {
      const { records, totals } = robot.state
      return {
        data: {
          total_time: totals.timeSeconds,
          total_area: Math.round(totals.areaMm2 / 10_000),
          total_count: totals.count,
          // Newest last, unlike V1.
          record_list: records.map(recordEntry).reverse()
        }
      }
    }],
    ["service.upload_record_by_url", ({ url }) => {
      const record = robot.state.records.find((candidate) => mapUrl(candidate) === url)
      return record === undefined ? badParameters : { data: {}, map: { floor: record.floor, mapType: 21 } }
    }],
    ["service.get_map_list", () => ({
      data: {
        map_list: robot.floors.map(({ name }, floor) => ({ id: floor + 1, name, cur: floor === robot.state.floor }))
      }
    })],
    ["service.set_cur_map", ({ map_id: id }, now) => {
      const floor = floorOf(id)
      return floor === undefined ? badParameters : command({ _tag: "ChangeFloor", floor }, now)
    }],
    ["service.upload_by_mapid", ({ map_id: id }) => {
      const floor = floorOf(id)
      if (floor === undefined) return badParameters
      return { data: {}, map: { floor, mapType: floor === robot.state.floor ? liveMap : savedMap } }
    }],
    ["service.upload_by_maptype", () => ({ data: {}, map: { floor: robot.state.floor, mapType: liveMap } })],
    ["service.get_net_info", () => ({
      data: { ip: host, ssid: "simulated", mac: "02:00:00:00:00:01", rssi: -42 }
    })],
    ["service.get_order", () => ({ data: { order_list: [] } })],
    ["service.get_preference", () => ({ data: { preference_list: [] } })]
  ])

  return (method: string, params: Params, now: number): Reply =>
    methods.get(method)?.(isRecord(params) ? params : {}, now) ?? { code: codes.unknownMethod }
}
