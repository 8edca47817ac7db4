/**
 * What an account has and what its devices report, in a form that can be shown to others: for a device that is not
 * supported, or does not do what it should.
 *
 * Names of people, homes, rooms, devices and networks, keys, serial numbers, time zones and addresses are left out, or
 * replaced by `"<private>"`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Device } from "./Device.ts"
import type { HomeData, HomeDevice } from "./HomeData.ts"
import { boundedText, withoutPrivate } from "./internal/session/withoutPrivate.ts"
import { isRecord } from "./internal/v1/json.ts"
import type { Route } from "./Route.ts"

/**
 * A data point that a product says it has.
 *
 * @since 0.1.0
 * @category models
 */
export interface SchemaEntry {
  readonly id: unknown
  readonly code: unknown
  readonly type: unknown
}

/**
 * What a device has told this session.
 *
 * @since 0.1.0
 * @category models
 */
export interface Told {
  readonly route: Route["_tag"]
  readonly stateName: string
  readonly available: boolean
  readonly trouble: string | undefined
  readonly traits: ReadonlyArray<string>
  readonly fields: unknown
}

/**
 * A device of the account, in the order in which the cloud lists them.
 *
 * @since 0.1.0
 * @category models
 */
export interface DeviceDiagnostics {
  readonly model: string | undefined
  readonly product: string | undefined
  readonly category: string | undefined
  readonly protocolVersion: string | undefined
  readonly firmware: string | undefined
  readonly featureSet: string | undefined
  readonly newFeatureSet: string | undefined
  readonly shared: boolean
  readonly online: boolean | undefined
  /** Why it is not supported. */
  readonly unsupported: string | undefined
  readonly schema: ReadonlyArray<SchemaEntry>
  /** What the cloud knows of it. */
  readonly dataPoints: unknown
  /** Absent when the device is not supported or could not be opened. */
  readonly told: Told | undefined
}

/**
 * The report: plain values, to be written as JSON.
 *
 * @since 0.1.0
 * @category models
 */
export interface Diagnostics {
  /** How many entries of the home could not be read. */
  readonly unreadable: number
  readonly devices: ReadonlyArray<DeviceDiagnostics>
}

/** Far more than any product has. */
const maxSchema = 500

const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value.slice(0, maxSchema) : []

type Clean = (value: unknown) => unknown

const ofAnybody: Clean = withoutPrivate([])

const schemaOf = ({ source }: HomeData, model: string | undefined): ReadonlyArray<SchemaEntry> => {
  const home = Redacted.value(source)
  const product = list(isRecord(home) ? home["products"] : undefined).filter(isRecord)
    .find((one) => model !== undefined && one["model"] === model)
  return list(product?.["schema"]).filter(isRecord).map(({ code, id, type }) => ({
    id: ofAnybody(id),
    code: ofAnybody(code),
    type: ofAnybody(type)
  }))
}

/** Without what the home calls its devices and rooms, and the numbers and keys of these. */
const ofHome = ({ devices, name = "", rooms }: HomeData): Clean =>
  withoutPrivate([
    name,
    ...rooms.map((room) => room.name),
    ...devices.flatMap(({ duid, localKey, name, serialNumber = "" }) => [
      duid,
      name,
      serialNumber,
      Redacted.value(localKey)
    ])
  ])

const toldBy = (device: Device, clean: Clean): Effect.Effect<Told> =>
  Effect.gen(function*() {
    const { available, fields, stateName, trouble } = yield* device.state.get
    const { _tag: route } = yield* device.route.get
    return {
      route,
      stateName,
      available,
      trouble: trouble === undefined ? undefined : String(clean(trouble)),
      traits: yield* device.traits,
      fields: clean(fields)
    }
  })

const shown = (text: string | undefined): string | undefined => text === undefined ? undefined : boundedText(text)

const describe = (home: HomeData, listed: HomeDevice, clean: Clean, told: Told | undefined): DeviceDiagnostics => ({
  model: shown(listed.model),
  product: shown(listed.productName),
  category: shown(listed.category),
  protocolVersion: shown(listed.protocolVersion),
  firmware: shown(listed.firmware),
  featureSet: shown(listed.featureSet),
  newFeatureSet: shown(listed.newFeatureSet),
  shared: listed.shared,
  online: listed.online,
  unsupported: shown(listed.unsupported),
  schema: schemaOf(home, listed.model),
  dataPoints: clean(Object.fromEntries(listed.dataPoints)),
  told
})

/**
 * The report of a home and those of its devices that are open.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (home: HomeData, open: ReadonlyArray<Device>): Effect.Effect<Diagnostics> => {
  const clean = ofHome(home)
  return Effect.map(
    Effect.forEach(home.devices, (listed) => {
      const device = open.find(({ duid, unsupported }) => duid === listed.duid && unsupported === undefined)
      return device === undefined
        ? Effect.succeed(describe(home, listed, clean, undefined))
        : Effect.map(toldBy(device, clean), (told) => describe(home, listed, clean, told))
    }),
    (devices) => ({ unreadable: home.ignored.length, devices })
  )
}
