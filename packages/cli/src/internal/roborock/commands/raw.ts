/** `roborock raw` */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as home from "../home.ts"
import * as output from "../output.ts"
import { failure } from "../roborockFailure.ts"
import { onDevice } from "../sharedOptions.ts"

const options = {
  ...onDevice,
  method: Args.text({ name: "method" }).pipe(Args.withDescription("Such as get_status. Any of the device's commands.")),
  params: Args.text({ name: "params" }).pipe(
    Args.withDefault("[]"),
    Args.withDescription("A JSON array or object, such as [30]; none by default.")
  )
}

const Params = Schema.parseJson(
  Schema.Union(Schema.Array(Schema.Unknown), Schema.Record({ key: Schema.String, value: Schema.Unknown }))
)

export const command = Command.make("raw", options, (values) =>
  Effect.gen(function*() {
    const params = Schema.decodeUnknownEither(Params)(values.params)
    if (Either.isLeft(params)) {
      return yield* failure("Usage", "The parameters are not a JSON array or object", "Quote them, as in '[30]'.")
    }
    yield* Effect.gen(function*() {
      const device = yield* home.pickDevice(values)
      const { request } = yield* device.trait("raw")
      const result = yield* request(values.method, params.right)
      yield* output.write(values.json, result, () => JSON.stringify(result, null, 2))
    }).pipe(home.provide(values))
  }))
