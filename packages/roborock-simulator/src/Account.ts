/**
 * A made-up account of the simulated cloud: the person, the home with its rooms, and the devices.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type { ApplianceProduct, VacuumProduct } from "./internal/products.ts"

/**
 * A room of the home. Devices know it by its segment, the cloud by its id.
 *
 * @since 0.1.0
 * @category models
 */
export interface HomeRoom {
  readonly id: number
  readonly name: string
}

/**
 * A device of the account, as the cloud knows it.
 *
 * @since 0.1.0
 * @category models
 */
export interface DeviceIdentity {
  readonly duid: string
  readonly name: string
  /** Sixteen characters: the root of all payload keys. A device that is paired again has another one. */
  localKey: Redacted.Redacted
  readonly serialNumber: string
  /** Whether it belongs to somebody else, who shares it with the account. */
  readonly shared: boolean
  /** The password with which the device itself logs in to the broker. */
  readonly mqtt: { readonly username: string; readonly password: Redacted.Redacted }
}

/**
 * A robot vacuum of the account.
 *
 * @since 0.1.0
 * @category models
 */
export interface RobotIdentity extends DeviceIdentity {
  readonly product: VacuumProduct
}

/**
 * A wet-dry vacuum or a washing machine of the account.
 *
 * @since 0.1.0
 * @category models
 */
export interface ApplianceIdentity extends DeviceIdentity {
  readonly product: ApplianceProduct
}

/**
 * The facts of an account. `userId`, `hawkKey` and `mqttKey` are `u`, `h` and `k` of the login answer.
 *
 * @since 0.1.0
 * @category models
 */
export interface Account {
  readonly email: string
  readonly password: Redacted.Redacted
  /** What the simulated e-mails say. */
  readonly code: string
  readonly uid: number
  readonly nickname: string
  readonly userId: string
  readonly hawkKey: Redacted.Redacted
  readonly mqttKey: Redacted.Redacted
  readonly home: { readonly id: number; readonly name: string; readonly rooms: ReadonlyArray<HomeRoom> }
  readonly robots: ReadonlyArray<RobotIdentity>
  readonly appliances: ReadonlyArray<ApplianceIdentity>
  /** A device of a kind that no client knows. It exists only in the home data. */
  readonly stranger: { readonly duid: string; readonly name: string; readonly localKey: Redacted.Redacted }
}

/**
 * The parts of an account that can be chosen; the rest is made up.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** @default "robin@example.com" */
  readonly email?: string | undefined
  /** @default "simulated" */
  readonly password?: Redacted.Redacted | undefined
  /** @default "246810" */
  readonly code?: string | undefined
  /** @default "Simulated home" */
  readonly homeName?: string | undefined
  readonly roomNames: ReadonlyArray<string>
  readonly robotNames: ReadonlyArray<string>
  /** In the order of the names. @default "S7" for each */
  readonly products?: ReadonlyArray<VacuumProduct | undefined> | undefined
  /** @default none */
  readonly appliances?: ReadonlyArray<{ readonly name: string; readonly product: ApplianceProduct }> | undefined
  /** Names of devices that belong to somebody else. @default none */
  readonly shared?: ReadonlyArray<string> | undefined
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/**
 * A random text of letters and digits, from the `Random` service, so that a seed decides it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const randomText = (length: number): Effect.Effect<string> =>
  Effect.map(
    Effect.replicateEffect(Random.nextIntBetween(0, letters.length), length),
    (picks) => picks.map((pick) => letters[pick]).join("")
  )

/**
 * The same as a secret.
 *
 * @since 0.1.0
 * @category constructors
 */
export const randomSecret = (length: number): Effect.Effect<Redacted.Redacted> =>
  Effect.map(randomText(length), Redacted.make)

/**
 * The characters of a local key.
 *
 * @since 0.1.0
 * @category constants
 */
export const localKeyLength = 16

const makeDevice = <P>(name: string, product: P, shared: boolean) =>
  Effect.gen(function*() {
    return {
      duid: yield* randomText(22),
      name,
      product,
      shared,
      localKey: yield* randomSecret(localKeyLength),
      serialNumber: `SIM${(yield* randomText(10)).toUpperCase()}`,
      mqtt: { username: yield* randomText(16), password: yield* randomSecret(16) }
    }
  })

/**
 * Makes up an account. Ids and keys come from the `Random` service.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Effect.Effect<Account> =>
  Effect.gen(function*() {
    const isShared = (name: string): boolean => options.shared?.includes(name) === true
    const firstRoomId = yield* Random.nextIntBetween(1_000_000, 9_000_000)
    return {
      email: options.email ?? "robin@example.com",
      password: options.password ?? Redacted.make("simulated"),
      code: options.code ?? "246810",
      uid: yield* Random.nextIntBetween(1_000_000, 9_000_000),
      nickname: "Robin",
      userId: yield* randomText(22),
      hawkKey: yield* randomSecret(10),
      mqttKey: yield* randomSecret(8),
      home: {
        id: yield* Random.nextIntBetween(100_000, 900_000),
        name: options.homeName ?? "Simulated home",
        rooms: options.roomNames.map((name, index) => ({ id: firstRoomId + index, name }))
      },
      robots: yield* Effect.forEach(
        options.robotNames,
        (name, index) => makeDevice(name, options.products?.[index] ?? "S7", isShared(name))
      ),
      stranger: { duid: yield* randomText(22), name: "Window cleaner", localKey: yield* randomSecret(16) },
      appliances: yield* Effect.forEach(
        options.appliances ?? [],
        ({ name, product }) => makeDevice(name, product, isShared(name))
      )
    }
  })
