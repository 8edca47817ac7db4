import { Schema } from "effect"

/** What a worker is told when it is started, as JSON in its environment. */
export const Task = Schema.Struct({
  urls: Schema.Array(Schema.String),
  username: Schema.String,
  password: Schema.Redacted(Schema.String),
  protocolVersion: Schema.Literal(4, 5),
  clientId: Schema.String,
  /** Where its session is kept. */
  directory: Schema.String,
  filters: Schema.Array(Schema.String),
  /** The group that shares them. */
  share: Schema.optional(Schema.String)
})

export type Task = typeof Task.Type
