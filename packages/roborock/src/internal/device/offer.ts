import * as Effect from "effect/Effect"
import { type Capabilities, type Flag, has } from "../../Capabilities.ts"
import type { Abilities } from "../../Dock.ts"

/** A trait, or the clause that says why the device does not have it. */
export type Offer<Trait> = Effect.Effect<Trait, string>

/** What decides whether a V1 vacuum has a trait. */
export interface Facts {
  readonly capabilities: Effect.Effect<Capabilities>
  /** `undefined` while the type of the dock is not known. */
  readonly dock: Effect.Effect<Abilities | undefined>
}

export type Requirement = (facts: Facts) => Effect.Effect<void, string>

/** A feature of the device, said in words. */
export const feature = (flag: Flag, words: string): Requirement => ({ capabilities }) =>
  Effect.flatMap(
    capabilities,
    (known) => has(known, flag) ? Effect.void : Effect.fail(`this model has no ${words} (${flag})`)
  )

/** An ability of the dock. A dock whose type is not known has it until it says no. */
export const dockAbility = (ability: keyof Abilities, words: string): Requirement => ({ dock }) =>
  Effect.flatMap(
    dock,
    (abilities) =>
      abilities === undefined || abilities[ability] ? Effect.void : Effect.fail(`its dock does not ${words}`)
  )

export const offer = <Trait>(trait: Trait): Offer<Trait> => Effect.succeed(trait)

export const offerIf = <Trait>(requirement: Requirement, facts: Facts, trait: Trait): Offer<Trait> =>
  Effect.as(requirement(facts), trait)
