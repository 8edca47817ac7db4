/** The options that commands share. */
import * as Options from "@effect/cli/Options"
import * as Option from "effect/Option"

export const optional = <A>(options: Options.Options<A>): Options.Options<A | undefined> =>
  options.pipe(Options.optional, Options.map(Option.getOrUndefined))

const json = Options.boolean("json").pipe(Options.withDescription("JSON in place of tables, one value a line."))

/** Of every command that talks to an account. */
export const shared = {
  json,
  simulator: Options.boolean("simulator").pipe(
    Options.withDescription("Uses a simulated home in this process: no account, no robot, no network.")
  ),
  configDir: optional(
    Options.text("config-dir").pipe(
      Options.withDescription("Where the login is kept, in place of the platform's folder; ROBOROCK_CONFIG_DIR.")
    )
  )
}

/** Of every command for one device. */
export const onDevice = {
  ...shared,
  device: optional(
    Options.text("device").pipe(
      Options.withAlias("d"),
      Options.withDescription("Name or id of the device; ROBOROCK_DEVICE. Not needed if there is only one.")
    )
  )
}

export interface SharedValues {
  readonly json: boolean
  readonly simulator: boolean
  readonly configDir: string | undefined
}

export interface DeviceValues extends SharedValues {
  readonly device: string | undefined
}
