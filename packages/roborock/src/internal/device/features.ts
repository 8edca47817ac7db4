import * as Effect from "effect/Effect"
import * as Capabilities from "../../Capabilities.ts"
import type { DeviceChannel } from "../../DeviceChannel.ts"
import type { DeviceMemory } from "../../DeviceMemory.ts"
import type { HomeDevice } from "../../HomeData.ts"
import type { CommandError } from "../../RoborockError.ts"
import * as Rpc from "../../Rpc.ts"
import * as log from "../log.ts"
import { isRecord } from "../v1/json.ts"

const maxListed = 1000

/** A device that does not know the question, or refuses it, will do so again; one that is busy may not. */
const isFinal = (error: CommandError): boolean =>
  error._tag === "DeviceError" && (error.reason === "UnknownMethod" || error.reason === "Refused")

const read = (model: string | undefined, result: unknown): Capabilities.Capabilities | undefined => {
  const status = Rpc.unwrap(result)
  if (!isRecord(status)) return undefined
  const info = status["new_feature_info"]
  const text = status["new_feature_info_str"]
  const list: unknown = status["feature_info"]
  if (!Array.isArray(list)) return undefined
  return Capabilities.decode({
    model,
    featureInfo: typeof info === "number" || typeof info === "string" ? info : undefined,
    featureText: typeof text === "string" ? text : undefined,
    featureList: list.slice(0, maxListed).filter((member): member is number => typeof member === "number")
  })
}

/** The capabilities of a device. */
export interface Features {
  /** As it said itself, in this run or an earlier one with the same firmware; as the cloud knows them while it does not answer. */
  readonly capabilities: Effect.Effect<Capabilities.Capabilities>
  /** The same without asking. */
  readonly soFar: () => Capabilities.Capabilities
}

export const make = (
  home: HomeDevice,
  channel: DeviceChannel,
  memory: DeviceMemory | undefined
): Features => {
  const { firmware, model } = home
  let known: Capabilities.Capabilities | undefined
  const fromCloud = Capabilities.decode({
    model,
    featureInfo: home.featureSet,
    featureText: home.newFeatureSet,
    featureList: undefined
  })
  const ask = Effect.gen(function*() {
    const result = yield* channel.request("app_get_init_status")
    const capabilities = read(model, result)
    if (capabilities !== undefined && memory !== undefined && firmware !== undefined) {
      yield* memory.keepFeatures(firmware, result)
    }
    // A device that answers something else will do so again.
    return capabilities ?? fromCloud
  })
  const capabilities = Effect.gen(function*() {
    if (known !== undefined) return known
    const kept = memory === undefined || firmware === undefined ? undefined : yield* memory.features(firmware)
    known = read(model, kept)
    if (known !== undefined) return known
    known = yield* Effect.catchIf(ask, isFinal, () => Effect.succeed(fromCloud))
    return known
  }).pipe(
    Effect.catchAll((error) => Effect.as(log.debug(error.message), fromCloud))
  )
  return { capabilities, soFar: () => known ?? fromCloud }
}
