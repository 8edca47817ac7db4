/** Variables of the environment. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"

const orUndefined = <A>(config: Config.Config<A>): Effect.Effect<A | undefined> =>
  Effect.map(Effect.orElseSucceed(Config.option(config), Option.none), Option.getOrUndefined)

/** One that is empty is one that is not there. */
export const text = (name: string): Effect.Effect<string | undefined> =>
  Effect.map(orUndefined(Config.string(name)), (value) => value === "" ? undefined : value)

export const secret = (name: string): Effect.Effect<Redacted.Redacted | undefined> =>
  orUndefined(Config.redacted(Config.nonEmptyString(name)))
