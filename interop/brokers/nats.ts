/** NATS server with JetStream: MQTT 3.1.1, QoS 0 and 1. */
import type { Scope } from "effect"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Broker, Certificate } from "./broker.ts"
import { certificateFiles, restartable, user, versionLine } from "./broker.ts"
import type { BrokerError } from "./process.ts"
import * as Process from "./process.ts"

const program = Process.locate("nats-server")

/** Undefined where it is not installed. */
export const version = program === undefined ? undefined : versionLine(program, "--version")

/** A server has one MQTT listener and one for WebSocket, so that TLS takes a second server. */
export const make = (certificate: Certificate): Effect.Effect<Broker, BrokerError, Scope.Scope> =>
  Effect.gen(function*() {
    const path = yield* Process.directory
    const { cert, key } = certificateFiles(path, certificate)
    const tls = `tls { cert_file: "${cert}", key_file: "${key}" }`
    const plain = yield* server(path, "plain", "", "no_tls: true")
    const secured = yield* server(path, "secured", tls, tls)
    const { start, stop } = plain
    return {
      start,
      stop,
      urls: {
        tcp: `mqtt://127.0.0.1:${plain.mqtt}`,
        tls: `mqtts://127.0.0.1:${secured.mqtt}`,
        ws: `ws://127.0.0.1:${plain.webSocket}/mqtt`,
        wss: `wss://127.0.0.1:${secured.webSocket}/mqtt`
      }
    }
  })

const server = (path: string, name: string, mqttExtra: string, webSocketExtra: string) =>
  Effect.gen(function*() {
    const [main = 0, mqtt = 0, webSocket = 0] = yield* Process.freePorts(3)
    const config = join(path, `${name}.conf`)
    // A filter like open/# is two subjects.
    const subjects = `{ allow: ["open", "open.>", "$MQTT.>"] }`
    writeFileSync(
      config,
      `
      listen: "127.0.0.1:${main}"
      server_name: "${name}"
      max_payload: 8388608
      jetstream { store_dir: "${join(path, name)}" }
      mqtt { listen: "127.0.0.1:${mqtt}", ${mqttExtra} }
      websocket { listen: "127.0.0.1:${webSocket}", ${webSocketExtra} }
      authorization { users: [
        { user: "${user.name}", password: "${user.password}", permissions: { publish: ${subjects}, subscribe: ${subjects} } }
      ] }
      `
    )
    const logFile = join(path, `${name}.log`)
    const control = yield* restartable(
      Process.start(program ?? "", ["-c", config], { logFile }).pipe(
        Effect.tap((started) => Process.ready("nats-server", started, Process.says(started, "Server is ready")))
      )
    )
    return { ...control, mqtt, webSocket }
  })
