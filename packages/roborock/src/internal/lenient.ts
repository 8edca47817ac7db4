import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { shownText } from "./shownText.ts"

/**
 * A field that may be missing, null or of another type than expected: then it is `undefined`, and what holds it is
 * still read. The cloud adds, drops and retypes fields without notice.
 */
export const lenient = <A, I>(schema: Schema.Schema<A, I>) => {
  const decode = Schema.decodeUnknownOption(schema)
  const encode = Schema.encodeSync(schema)
  return Schema.optional(
    Schema.transform(Schema.Unknown, Schema.UndefinedOr(Schema.typeSchema(schema)), {
      strict: true,
      decode: (input) => Option.getOrUndefined(decode(input)),
      encode: (value) => value === undefined ? undefined : encode(value)
    })
  )
}

/** Text to be shown. */
export const Shown = Schema.transform(Schema.String, Schema.String, {
  strict: true,
  decode: shownText,
  encode: (text) => text
})

/** Text that some servers send as a number. */
export const Text = Schema.transform(Schema.Union(Schema.String, Schema.Number), Schema.String, {
  strict: true,
  decode: (input) => String(input),
  encode: (text) => text
})
