import * as Redacted from "effect/Redacted"
import type { Account } from "../../Account.ts"
import type { DeviceStatus } from "../../Cloud.ts"
import { type Product, products } from "../v1/product.ts"

const dataPoint = (id: number, code: string, mode: "ro" | "rw", type: "ENUM" | "RAW" | "VALUE", property?: string) => ({
  id: String(id),
  name: code,
  code,
  mode,
  type,
  property: property ?? null,
  desc: null
})

const anyOf = "{\"range\":[]}"
const percent = "{\"max\":100,\"min\":0,\"step\":1,\"unit\":null,\"scale\":1}"

const vacuumSchema = [
  dataPoint(101, "rpc_request", "rw", "RAW"),
  dataPoint(102, "rpc_response", "rw", "RAW"),
  dataPoint(120, "error_code", "ro", "ENUM", anyOf),
  dataPoint(121, "state", "ro", "ENUM", anyOf),
  dataPoint(122, "battery", "ro", "ENUM", anyOf),
  dataPoint(123, "fan_power", "rw", "ENUM", anyOf),
  dataPoint(124, "water_box_mode", "rw", "ENUM", anyOf),
  dataPoint(125, "main_brush_life", "rw", "VALUE", percent),
  dataPoint(126, "side_brush_life", "rw", "VALUE", percent),
  dataPoint(127, "filter_life", "rw", "VALUE", percent),
  dataPoint(128, "additional_props", "ro", "RAW"),
  dataPoint(130, "task_complete", "ro", "RAW"),
  dataPoint(131, "task_cancel_low_power", "ro", "RAW"),
  dataPoint(132, "task_cancel_in_motion", "ro", "RAW"),
  dataPoint(133, "charge_status", "ro", "RAW"),
  dataPoint(134, "drying_status", "ro", "RAW")
]

const vacuumProduct = ({ id, model, name }: Product) => ({
  id,
  name,
  code: model.slice(model.lastIndexOf(".") + 1),
  model,
  iconUrl: null,
  attribute: null,
  capability: 0,
  category: "robot.vacuum.cleaner",
  schema: vacuumSchema
})

const strangerProduct = {
  id: "simulated-stranger",
  name: "Window cleaner",
  code: "z1",
  model: "roborock.window.z1",
  iconUrl: null,
  attribute: null,
  capability: 0,
  category: "roborock.window",
  schema: []
}

const created = 1_700_000_000

/** What all devices have, most of it empty as in real homes. */
const commonFields = {
  attribute: null,
  activeTime: created,
  createTime: created,
  timeZoneId: "Europe/Berlin",
  iconUrl: "",
  runtimeEnv: null,
  lon: null,
  lat: null,
  share: false,
  shareTime: null,
  tuyaUuid: null,
  tuyaMigrated: false,
  extra: "{}",
  setting: null,
  f: false,
  silentOtaSwitch: true
}

/**
 * The `result` of the home request, with the statuses of the robots in their order. Versions 1 and 2 leave out what
 * their clients did not know.
 */
export const homeData = (account: Account, version: 1 | 2 | 3, statuses: ReadonlyArray<DeviceStatus>) => ({
  id: account.home.id,
  name: account.home.name,
  lon: null,
  lat: null,
  geoName: null,
  products: [
    ...[...new Set(account.robots.map(({ product }) => product))].map((name) => vacuumProduct(products[name])),
    ...(version === 3 ? [strangerProduct] : [])
  ],
  devices: [
    ...account.robots.map((robot, index) => {
      const status = statuses[index]
      const product = products[robot.product]
      return {
        ...commonFields,
        duid: robot.duid,
        name: robot.name,
        localKey: Redacted.value(robot.localKey),
        productId: product.id,
        fv: product.firmware,
        pv: "1.0",
        sn: robot.serialNumber,
        online: status?.online ?? false,
        roomId: null,
        featureSet: String(product.featureInfo),
        newFeatureSet: product.featureText,
        deviceStatus: Object.fromEntries(status?.dataPoints ?? [])
      }
    }),
    ...(version < 3 ? [] : [{
      ...commonFields,
      duid: account.stranger.duid,
      name: account.stranger.name,
      localKey: Redacted.value(account.stranger.localKey),
      productId: strangerProduct.id,
      fv: "01.00.02",
      pv: "C01",
      sn: null,
      online: true,
      roomId: null,
      featureSet: null,
      newFeatureSet: null,
      deviceStatus: {}
    }])
  ],
  receivedDevices: [],
  rooms: account.home.rooms
})
