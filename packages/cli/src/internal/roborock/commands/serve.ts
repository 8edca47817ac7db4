/** `roborock serve` */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as RoborockAccountOutput from "../../../RoborockAccountOutput.ts"
import * as Serve from "../../../Serve.ts"
import * as setting from "../../command/setting.ts"
import * as home from "../home.ts"
import * as output from "../output.ts"
import { failure } from "../roborockFailure.ts"
import { shared } from "../sharedOptions.ts"

const options = {
  ...shared,
  host: Options.text("host").pipe(
    Options.withDefault("127.0.0.1"),
    Options.withDescription("The address to listen on. On any but the default one, the page asks for a token.")
  ),
  port: Options.integer("port").pipe(
    Options.withDefault(8580),
    Options.withDescription("The port; 0 takes any free one.")
  ),
  name: Options.text("name").pipe(
    Options.repeated,
    Options.withDescription("A further name under which the page is opened, such as that of a proxy in front of it.")
  )
}

type Serving = typeof RoborockAccountOutput.Serving.Type

const text = ({ addresses }: Serving, hasToken: boolean): string =>
  [
    `The page, until ctrl-c:${hasToken ? " (anybody who has the address can control your vacuums)" : ""}`,
    ...addresses.map((address) => `  ${address}`)
  ].join("\n")

/** A simulated robot does not mind how often it is asked. */
const simulatedMapEvery = "500 millis"

export const command = Command.make("serve", options, (values) =>
  Effect.gen(function*() {
    if (values.port < 0 || values.port > 65_535) return yield* failure("Usage", "A port has to be from 0 to 65535")
    const server = yield* Serve.make({
      host: values.host,
      port: values.port,
      names: values.name,
      token: yield* setting.secret("ROBOROCK_SERVE_TOKEN"),
      mapEvery: values.simulator ? simulatedMapEvery : undefined
    }).pipe(
      Effect.mapError((error) => {
        const [sentence] = error.message.split(". ", 1)
        return failure("Failed", sentence.replace(/\.$/, ""), "Choose others with --host and --port.", error)
      })
    )
    const serving: Serving = { addresses: server.addresses.map(Redacted.value) }
    yield* output.write(values.json, serving, () => text(serving, server.hasToken))
    return yield* Effect.never
  }).pipe(Effect.scoped, home.provide(values)))
