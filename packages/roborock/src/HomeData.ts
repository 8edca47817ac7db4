/**
 * The home of an account: its devices, products and rooms, as the cloud lists them.
 *
 * Reading is lenient. The cloud lists devices of many kinds and ages, drops fields and changes their types, so an
 * entry that cannot be read is reported beside those that can, and a device that this package cannot talk to is listed
 * with the reason. Nothing in the list stops the rest.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { familyOf } from "./internal/device/family.ts"
import { lenient, Shown, Text } from "./internal/lenient.ts"
import { shownText } from "./internal/shownText.ts"
import { isRecord } from "./internal/v1/json.ts"

/**
 * What the login API says about the home of an account.
 *
 * @since 0.1.0
 * @category models
 */
export interface HomeDetail {
  readonly homeId: number
  readonly name: string | undefined
}

/**
 * A room as it is named in the app. Devices refer to it by `String(id)`.
 *
 * @since 0.1.0
 * @category models
 */
export interface HomeRoom {
  readonly id: number
  readonly name: string
}

/**
 * A device of the account.
 *
 * @since 0.1.0
 * @category models
 */
export interface HomeDevice {
  readonly duid: string
  readonly name: string
  readonly localKey: Redacted.Redacted
  /** Protocol version: `1.0`, `A01` or `B01`. */
  readonly protocolVersion: string | undefined
  /** Such as `roborock.vacuum.a27`. */
  readonly model: string | undefined
  readonly productName: string | undefined
  /** Such as `robot.vacuum.cleaner`. */
  readonly category: string | undefined
  readonly firmware: string | undefined
  readonly serialNumber: string | undefined
  /** Feature bits as the cloud knows them: decimal, and hexadecimal. */
  readonly featureSet?: string | undefined
  readonly newFeatureSet?: string | undefined
  /** Whether the device had a connection to the cloud when the list was made. */
  readonly online: boolean | undefined
  /** Shared with this account by another person. */
  readonly shared: boolean
  /** The last data points that the cloud has seen, by number. */
  readonly dataPoints: ReadonlyMap<number, unknown>
  /** Why this package cannot talk to the device, as a clause; absent when it can. */
  readonly unsupported?: string | undefined
}

/**
 * A home with all that could be read of it.
 *
 * @since 0.1.0
 * @category models
 */
export interface HomeData {
  readonly id: number | undefined
  readonly name: string | undefined
  readonly devices: ReadonlyArray<HomeDevice>
  readonly rooms: ReadonlyArray<HomeRoom>
  /** One entry for each element of a list that could not be read, or names a device again. */
  readonly ignored: ReadonlyArray<string>
  /** What all this was read from, to be stored and read again. It holds the keys of the devices. */
  readonly source: Redacted.Redacted<unknown>
}

/** Used as a level of a topic and as a part of a path: printable ASCII without the characters that are special there. */
const DeviceId = Schema.String.pipe(Schema.pattern(/^[!"$-*,-.0-~]{1,64}$/))

const DeviceEntry = Schema.Struct({
  duid: DeviceId,
  localKey: Schema.Redacted(Schema.NonEmptyString),
  name: lenient(Shown),
  productId: lenient(Text),
  pv: lenient(Text),
  fv: lenient(Text),
  sn: lenient(Text),
  featureSet: lenient(Text),
  newFeatureSet: lenient(Text),
  online: lenient(Schema.Boolean),
  deviceStatus: lenient(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
})

const ProductEntry = Schema.Struct({
  id: Text,
  name: lenient(Shown),
  model: lenient(Shown),
  category: lenient(Shown)
})

/** A number, which some servers send as text. */
const Id = Schema.Union(Schema.Number, Schema.NumberFromString.pipe(Schema.int()))

const RoomEntry = Schema.Union(
  Schema.Struct({ id: Id, name: Shown }),
  // Rooms of shared devices.
  Schema.transform(
    Schema.Struct({ roomId: Id, name: Shown }),
    Schema.typeSchema(Schema.Struct({ id: Schema.Number, name: Schema.String })),
    {
      strict: true,
      decode: ({ name, roomId }) => ({ id: roomId, name }),
      encode: ({ id, name }) => ({ roomId: id, name })
    }
  )
)

/** Bounds what a hostile or broken answer can make us keep. */
const maxEntries = 1000

const entries = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value.slice(0, maxEntries) : []

const readAll = <A, I>(
  value: unknown,
  path: string,
  schema: Schema.Schema<A, I>,
  ignored: Array<string>
): ReadonlyArray<A> => {
  const decode = Schema.decodeUnknownEither(schema)
  return entries(value).flatMap((entry, index) => {
    const read = decode(entry)
    if (Either.isRight(read)) return [read.right]
    // The error would quote the entry, and with it the local key.
    ignored.push(`${path}[${index}]: a needed field is missing, of another type, or not allowed`)
    return []
  })
}

const dataPoints = (status: Readonly<Record<string, unknown>> | undefined): ReadonlyMap<number, unknown> =>
  new Map(
    Object.entries(status ?? {}).flatMap(([key, value]) => /^\d{1,5}$/.test(key) ? [[Number(key), value] as const] : [])
  )

/**
 * Reads the `rooms` list of home data, or the answer of a rooms call.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeRooms = (json: unknown): ReadonlyArray<HomeRoom> => readAll(json, "rooms", RoomEntry, [])

/**
 * Reads the `result` of a home data call. Never fails: anything that is not a home counts as a home without devices.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (json: unknown): HomeData => {
  const home = isRecord(json) ? json : {}
  const ignored: Array<string> = []
  const products = new Map(
    readAll(home["products"], "products", ProductEntry, ignored).map((product) => [product.id, product])
  )
  const devices = (path: "devices" | "receivedDevices") =>
    readAll(home[path], path, DeviceEntry, ignored).map((device): HomeDevice => {
      const product = device.productId === undefined ? undefined : products.get(device.productId)
      const described = familyOf({
        protocolVersion: device.pv,
        model: product?.model,
        category: product?.category
      })
      return {
        duid: device.duid,
        name: device.name ?? product?.name ?? device.duid,
        localKey: device.localKey,
        protocolVersion: device.pv,
        model: product?.model,
        productName: product?.name,
        category: product?.category,
        firmware: device.fv,
        serialNumber: device.sn,
        featureSet: device.featureSet,
        newFeatureSet: device.newFeatureSet,
        online: device.online,
        shared: path === "receivedDevices",
        dataPoints: dataPoints(device.deviceStatus),
        ...("why" in described ? { unsupported: described.why } : {})
      }
    })
  const byId = new Map<string, HomeDevice>()
  for (const device of [...devices("devices"), ...devices("receivedDevices")]) {
    if (byId.has(device.duid)) ignored.push(`"${device.name}": listed again`)
    else byId.set(device.duid, device)
  }
  return {
    id: typeof home["id"] === "number" ? home["id"] : undefined,
    name: typeof home["name"] === "string" ? shownText(home["name"]) : undefined,
    devices: [...byId.values()],
    rooms: readAll(home["rooms"], "rooms", RoomEntry, ignored),
    ignored,
    source: Redacted.make(json)
  }
}
