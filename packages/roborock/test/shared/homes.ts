import { Capabilities, HomeData, UserData, V1Codes, ZeoCodes } from "@effect-mqtt/roborock"
import { assert } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { type Checks, filesOf, isHere, json } from "./sharedFiles.ts"

interface Product {
  readonly id: string
  readonly model: string
  readonly category: string
  readonly name: string
  readonly schema: ReadonlyArray<{ readonly id: string | number; readonly code: string }>
}

interface Entry {
  readonly duid: string
  readonly name: string
  readonly localKey: string
  readonly productId: string
  readonly deviceStatus: Readonly<Record<string, unknown>>
}

const homeData = "fixtures/home-data"
const products = filesOf(homeData).filter((path) => path.includes("/product-"))
const devices = filesOf(homeData).filter((path) => path.includes("/device-"))

/** The cloud's words for a number are ours. */
const namesOf = (category: string, protocolVersion: string | undefined): ReadonlyMap<number, string> | undefined =>
  category === "roborock.wm"
    ? ZeoCodes.dataPointNames
    : protocolVersion === "1.0"
    ? V1Codes.dataPointNames
    : undefined

/** Where our names are others, on purpose. */
const ourNames: ReadonlyMap<string, string> = new Map([
  ["status", "state"],
  ["rpc_req", "rpc_request"],
  ["rpc_resp", "rpc_response"]
])

const checkDevice = (path: string) => () => {
  const entry = json<Entry>(path)
  const product = products.map((file) => json<Product>(file)).find(({ id }) => id === entry.productId)
  if (product === undefined) return assert.fail("no product")
  const home = HomeData.decode({ products: [product], devices: [entry] })
  assert.deepStrictEqual(home.ignored, [])
  const [device] = home.devices
  if (device === undefined) return assert.fail("no device")
  assert.isUndefined(device.unsupported)
  assert.deepInclude(device, { duid: entry.duid, name: entry.name, model: product.model, category: product.category })
  assert.strictEqual(Redacted.value(device.localKey), entry.localKey)
  assert.deepStrictEqual<unknown>(Object.fromEntries(device.dataPoints), entry.deviceStatus)
  const names = namesOf(product.category, device.protocolVersion)
  for (const { code, id } of names === undefined ? [] : product.schema) {
    // Requests and answers are no status; washing machines share the number of a vacuum's drying.
    if (Number(id) < 120 || Number(id) === 134) continue
    assert.strictEqual(names?.get(Number(id)), ourNames.get(code) ?? code, `data point ${id}`)
  }
}

/** The same product is kept twice. */
const checkProduct = (path: string) => () => {
  const again = path.replace(homeData, "maps/captures")
  const product = json<Product>(path)
  assert.deepStrictEqual(json<Product>(again), product)
  const home = HomeData.decode({
    products: [product],
    devices: [{ duid: "d", localKey: "key123key123key1", productId: product.id, pv: "1.0" }]
  })
  assert.deepStrictEqual(home.ignored, [])
  assert.deepInclude(home.devices[0], { name: product.name, model: product.model, category: product.category })
}

interface DeviceInfo {
  readonly protocol_version: string
  readonly product_nickname: string
  readonly new_feature_info?: number | false
  readonly new_feature_info_str?: string
  readonly feature_info?: ReadonlyArray<number>
  readonly product?: Product
}

const deviceInfo = isHere ? json<Readonly<Record<string, DeviceInfo>>>("fixtures/device-info.json") : {}

const checkInfo = (model: string, info: DeviceInfo) => () => {
  const { product } = info
  if (product !== undefined) {
    const home = HomeData.decode({
      products: [product],
      devices: [{ duid: "d", localKey: "key", productId: product.id, pv: info.protocol_version }]
    })
    assert.deepStrictEqual(home.ignored, [])
    assert.isUndefined(home.devices[0]?.unsupported)
    assert.strictEqual(home.devices[0]?.model, model)
  }
  if (info.protocol_version !== "1.0") return
  const { isLineKnown, line } = Capabilities.decode({
    model,
    featureInfo: info.new_feature_info === false ? undefined : info.new_feature_info,
    featureText: info.new_feature_info_str,
    featureList: info.feature_info
  })
  if (info.product_nickname === "Unknown") assert.isFalse(isLineKnown)
  else assert.strictEqual(line.toUpperCase(), info.product_nickname)
}

/** Homes, devices, products and logins. */
export const homes: Checks = {
  "home.json": () => {
    const home = HomeData.decode(json(`${homeData}/home.json`))
    assert.deepStrictEqual(home.ignored, [])
    assert.lengthOf(home.rooms, 3)
    const [device] = home.devices
    assert.strictEqual(device?.model, "roborock.vacuum.a27")
    assert.strictEqual(Redacted.value(device.localKey), "key123key123key1")
    assert.strictEqual(device.dataPoints.get(122), 100)
  },
  ...Object.fromEntries(devices.map((path) => [path, checkDevice(path)])),
  ...Object.fromEntries(products.map((path) => [path, checkProduct(path)])),
  ...Object.fromEntries(
    Object.entries(deviceInfo).map(([model, info]) => [`device-info.json: ${model}`, checkInfo(model, info)])
  ),
  "user-data.json": () => {
    const stored = json<typeof UserData.UserData.Encoded>("fixtures/user/user-data.json")
    const userData = Effect.runSync(UserData.decode(stored))
    assert.strictEqual(Redacted.value(userData.token), stored.token)
    assert.strictEqual(Redacted.value(userData.rriot.k), stored.rriot.k)
    const { nickname, rriot, token } = stored
    assert.deepInclude(UserData.encode(userData), { nickname, rriot, token })
  }
}
