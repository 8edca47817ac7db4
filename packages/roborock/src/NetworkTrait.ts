/**
 * The Wi-Fi connection of a vacuum.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import { question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * How the device is connected.
 *
 * @since 0.1.0
 * @category models
 */
export interface NetworkInfo {
  readonly ip: string
  readonly ssid: string | undefined
  readonly mac: string | undefined
  /** Hardware address of the access point. */
  readonly bssid: string | undefined
  /** Signal strength in dBm. */
  readonly rssi: number | undefined
}

/**
 * Network information.
 *
 * @since 0.1.0
 * @category models
 */
export interface NetworkTrait {
  /** Asks through the cloud. Q10 vacuums do not report their access point. */
  readonly info: Effect.Effect<NetworkInfo, CommandError>
}

/**
 * Reads the result of `get_network_info`; `undefined` for anything else.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (result: unknown): NetworkInfo | undefined => {
  if (!isRecord(result)) return undefined
  const text = (name: string) => {
    const value = result[name]
    return typeof value === "string" && value !== "" ? value : undefined
  }
  const ip = text("ip")
  return ip === undefined ? undefined : {
    ip,
    ssid: text("ssid"),
    mac: text("mac"),
    bssid: text("bssid"),
    rssi: numberField(result, "rssi")
  }
}

/** @internal */
export const make = (vacuum: Vacuum): NetworkTrait => ({ info: question(vacuum, "get_network_info", decode) })
