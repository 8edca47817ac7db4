/** What is `null` in JSON where the robot does not tell it. */
import * as Schema from "effect/Schema"

export const text = Schema.NullOr(Schema.String)
export const number = Schema.NullOr(Schema.Number)
