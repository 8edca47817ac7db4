/**
 * What the `roborock` command writes with `--json` of accounts and their devices, and of the servers that it runs.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { number, text } from "./internal/roborock/nullable.ts"

/**
 * `devices`: all of the account, those that are not supported with the reason in `unsupported`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Devices = Schema.Array(Schema.Struct({
  name: Schema.String,
  id: Schema.String,
  model: text,
  product: text,
  firmware: text,
  shared: Schema.Boolean,
  unsupported: text,
  /** How it is reached now. */
  route: Schema.Literal("local", "cloud", "none"),
  activity: Schema.String,
  battery: number,
  available: Schema.Boolean
}))

/**
 * `diagnostics`: what the devices are and report, without anything private. See `Diagnostics` of `@effect-mqtt/roborock`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Diagnostics = Schema.Struct({
  /** Entries of the home that could not be read. */
  unreadable: Schema.Number,
  devices: Schema.Array(Schema.Struct({
    model: text,
    product: text,
    category: text,
    protocolVersion: text,
    firmware: text,
    featureSet: text,
    newFeatureSet: text,
    shared: Schema.Boolean,
    online: Schema.NullOr(Schema.Boolean),
    unsupported: text,
    schema: Schema.Array(Schema.Struct({ id: Schema.Unknown, code: Schema.Unknown, type: Schema.Unknown })),
    dataPoints: Schema.Unknown,
    told: Schema.NullOr(Schema.Struct({
      route: Schema.Literal("Local", "Cloud", "None"),
      stateName: Schema.String,
      available: Schema.Boolean,
      trouble: text,
      traits: Schema.Array(Schema.String),
      fields: Schema.Unknown
    }))
  }))
})

/**
 * `login`: who is logged in. It holds no secret.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Login = Schema.Struct({
  email: Schema.String,
  home: text,
  region: text,
  /** The login API, where it is not that of Roborock. */
  baseUrl: text,
  /** Where the login is kept; `null` with `--simulator`. */
  folder: text,
  /** False when an earlier login is still valid. */
  isNew: Schema.Boolean
})

/**
 * `logout`: who was logged in, and where that was kept; `null` for nobody, and with `--simulator`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Logout = Schema.Struct({ email: text, folder: text })

/**
 * `simulate`: how to reach the simulator.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Simulation = Schema.Struct({
  baseUrl: Schema.String,
  mqttUrl: Schema.String,
  email: Schema.String,
  password: Schema.String,
  code: Schema.String,
  robots: Schema.Array(Schema.Struct({ name: Schema.String, id: Schema.String, host: text })),
  /** What other commands need in their environment to use it. */
  environment: Schema.Record({ key: Schema.String, value: Schema.String })
})

/**
 * `serve`: the addresses of the page, with the token where one is needed.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Serving = Schema.Struct({ addresses: Schema.Array(Schema.String) })
