/** `mqtt broker` */
import { Broker } from "@effect-mqtt/broker"
import { NodeBroker } from "@effect-mqtt/broker/node"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { CommandError } from "../command/commandError.ts"
import { connectionTable, speech } from "./connectionTable.ts"
import { usage } from "./mqttFailure.ts"
import * as spec from "./optionSpec.ts"
import * as passwords from "./password.ts"
import * as reports from "./report.ts"
import * as reporters from "./reporter.ts"
import { readText } from "./tlsFiles.ts"
import * as readers from "./valueReader.ts"

const { askPassword, password, passwordEnv, passwordFile } = connectionTable

export const table = {
  ...speech,
  askPassword,
  password,
  passwordEnv,
  passwordFile,
  host: spec.value("host", readers.text, "The address to listen on; 127.0.0.1 by default.", "-h"),
  port: spec.value("port", readers.integer(0, 65535), "1883 by default; 0 takes a free one.", "-p"),
  wsPort: spec.value("ws-port", readers.integer(0, 65535), "Listens for WebSockets as well."),
  username: spec.value("username", readers.text, "Only this user may connect, with the password.", "-u"),
  cert: spec.value("cert", readers.path, "The broker's certificate (PEM): TLS in place of plain connections."),
  key: spec.value("key", readers.path, "Its key (PEM)."),
  caFile: spec.value("cafile", readers.path, "Clients need a certificate that one of these has signed.")
}

export type Values = spec.ValuesOf<typeof table>

const tlsOf = ({ caFile, cert, key }: Values) =>
  Effect.gen(function*() {
    if (cert === undefined && key === undefined) return undefined
    if (cert === undefined || key === undefined) return yield* usage("TLS needs both --cert and --key")
    const options: NodeBroker.TlsOptions = {
      certificate: yield* readText(cert),
      key: Redacted.make(yield* readText(key)),
      clientAuthority: caFile === undefined ? undefined : yield* readText(caFile)
    }
    return options
  })

const sameBytes = (left: Uint8Array, right: Uint8Array): boolean => Buffer.from(left).equals(right)

const authenticateOf = (values: Values) =>
  Effect.gen(function*() {
    const { username } = values
    if (username === undefined) return undefined
    const secret = yield* passwords.read(values, undefined)
    if (secret === undefined) return yield* usage("--username needs a password", "Give one with --password-file.")
    const expected = new TextEncoder().encode(Redacted.value(secret))
    const authenticate: Broker.Options["authenticate"] = (connect) =>
      connect.username === username && connect.password !== undefined &&
      sameBytes(Redacted.value(connect.password), expected)
    return authenticate
  })

export const run = (values: Values) =>
  Effect.gen(function*() {
    const reporter = yield* reporters.make(values)
    const tls = yield* tlsOf(values)
    const authenticate = yield* authenticateOf(values)
    const broker = yield* Broker.make({ authenticate })
    const { host, port = 1883, wsPort } = values
    const addresses = [
      yield* NodeBroker.listenTcp(broker, { host, port, tls }),
      ...wsPort === undefined ? [] : [yield* NodeBroker.listenWebSocket(broker, { host, port: wsPort, tls })]
    ]
    yield* Effect.forEach(addresses, ({ url }) => reports.write(reporter, [["listening", "listening", url]]))
    return yield* Effect.never
  }).pipe(
    Effect.scoped,
    Effect.catchTag("ListenError", (error) =>
      new CommandError({
        kind: "Failed",
        sentence: error.message,
        advice: "Choose another one with --port or --host.",
        exitCode: 1,
        cause: error
      }))
  )
