import * as Redacted from "effect/Redacted"
import type { Account, ApplianceIdentity, RobotIdentity } from "../../Account.ts"
import type { DeviceStatus } from "../../Cloud.ts"
import { type Product, products, type SchemaEntry } from "../products.ts"

const properties: Readonly<Record<SchemaEntry["type"], string | null>> = {
  ENUM: "{\"range\":[]}",
  VALUE: "{\"max\":100,\"min\":0,\"step\":1,\"unit\":null,\"scale\":1}",
  RAW: null
}

const productEntry = ({ category, id, model, name, schema }: Product) => ({
  id,
  name,
  code: model.slice(model.lastIndexOf(".") + 1),
  model,
  iconUrl: null,
  attribute: null,
  capability: 0,
  category,
  schema: schema.map((entry) => ({
    id: String(entry.id),
    name: entry.code,
    code: entry.code,
    mode: entry.mode,
    type: entry.type,
    property: properties[entry.type],
    desc: null
  }))
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
  tuyaUuid: null,
  tuyaMigrated: false,
  extra: "{}",
  setting: null,
  f: false,
  silentOtaSwitch: true
}

type ListedDevice = RobotIdentity | ApplianceIdentity

/** The version of the home request in which devices of a protocol came to be listed. */
const listedSince: Readonly<Record<Product["protocolVersion"], 1 | 2 | 3>> = { "1.0": 1, A01: 2, B01: 3 }

const deviceEntry = (identity: ListedDevice, status: DeviceStatus) => {
  const product = products[identity.product]
  return {
    ...commonFields,
    duid: identity.duid,
    name: identity.name,
    localKey: Redacted.value(identity.localKey),
    productId: product.id,
    fv: product.firmware,
    pv: product.protocolVersion,
    sn: identity.serialNumber,
    online: status.online,
    roomId: null,
    share: identity.shared,
    shareTime: identity.shared ? created : null,
    featureSet: product.featureSet,
    newFeatureSet: product.newFeatureSet,
    deviceStatus: Object.fromEntries(status.dataPoints)
  }
}

/**
 * The `result` of the home request. Versions 1 and 2 leave out what their clients did not know; devices of others are in a
 * list of their own.
 */
export const homeData = (account: Account, version: 1 | 2 | 3, statusOf: (duid: string) => DeviceStatus) => {
  const listed = [...account.robots, ...account.appliances].filter(({ product }) =>
    listedSince[products[product].protocolVersion] <= version
  )
  const entries = (shared: boolean) =>
    listed.filter((device) => device.shared === shared).map((device) => deviceEntry(device, statusOf(device.duid)))
  return {
    id: account.home.id,
    name: account.home.name,
    lon: null,
    lat: null,
    geoName: null,
    products: [
      ...Array.from(new Set(listed.map(({ product }) => product)), (name) => productEntry(products[name])),
      ...(version === 3 ? [strangerProduct] : [])
    ],
    devices: [
      ...entries(false),
      ...(version < 3 ? [] : [{
        ...commonFields,
        share: false,
        shareTime: null,
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
    receivedDevices: entries(true),
    rooms: account.home.rooms
  }
}
