import type { DeviceIdentity } from "../../Account.ts"
import { type Method, type Methods, ok, single } from "./answers.ts"
import type { V1Product } from "./product.ts"

/** Who the robot is, and where. */
export const identityMethods = (
  identity: DeviceIdentity,
  product: V1Product,
  host: string,
  statusAt: (now: number) => unknown
): Methods => {
  let timeZone = "Europe/Berlin"
  const locale = () => ({
    name: `custom_${product.model}`,
    bom: "SIM",
    location: "de",
    language: "en",
    wifiplan: "",
    timezone: timeZone,
    logserver: "",
    featureset: 1
  })
  const initStatus: Method = (_, now) => ({
    result: [{
      local_info: locale(),
      feature_info: product.featureList,
      new_feature_info: product.featureInfo,
      ...(product.featureText === "" ? {} : { new_feature_info_str: product.featureText }),
      status_info: statusAt(now)
    }]
  })
  return [
    ["app_get_init_status", initStatus],
    ["app_get_locale", () => ({ result: [locale()] })],
    ["get_fw_features", () => ({ result: product.featureList })],
    ["get_timezone", () => ({ result: [timeZone] })],
    ["set_timezone", (params) => {
      const wanted = single(params, "timezone")
      if (typeof wanted === "string") timeZone = wanted
      return ok
    }],
    ["get_serial_number", () => ({ result: [{ serial_number: identity.serialNumber }] })],
    ["get_network_info", () => ({
      result: { ip: host, ssid: "simulated", mac: "02:00:00:00:00:01", bssid: "02:00:00:00:00:02", rssi: -42 }
    })]
  ]
}
