/** What a person has named among what there is: by name, where case does not count, or by id. */
import * as Effect from "effect/Effect"
import { failure } from "./roborockFailure.ts"

interface Named {
  readonly id: string | number
  readonly name: string
}

const plain = (name: string): string => name.trim().toLowerCase()

/** `kind` is what they are, such as `routine`. */
export const find = <A extends Named>(kind: string, all: ReadonlyArray<A>, wanted: string) => {
  const found = all.filter(({ id, name }) => plain(name) === plain(wanted) || String(id) === wanted)
  const [one] = found
  return one !== undefined && found.length === 1
    ? Effect.succeed(one)
    : failure(
      "Usage",
      `There ${found.length === 0 ? `is no ${kind}` : `are several ${kind}s`} "${wanted}"`,
      all.length === 0 ? "There are none." : `Known: ${all.map(({ id, name }) => `${name} (${id})`).join(", ")}.`
    )
}
