/** Eclipse Mosquitto: MQTT 3.1.1 and 5. */
import type { Scope } from "effect"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { chmodSync, writeFileSync } from "node:fs"
import { userInfo } from "node:os"
import { join } from "node:path"
import type { Broker, Certificate } from "./broker.ts"
import { certificateFiles, restartable, user, versionLine } from "./broker.ts"
import * as Process from "./process.ts"

const program = Process.locate("mosquitto")

/** Undefined where it is not installed. */
export const version = program === undefined ? undefined : versionLine(program, "-h")

/** It runs on what is written in the file, for as long as the scope is open. */
const run = (path: string, port: number, lines: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    if (program === undefined) {
      return yield* new Process.BrokerError({ program: "mosquitto", log: "it is not installed" })
    }
    const config = join(path, "mosquitto.conf")
    writeFileSync(config, [`user ${userInfo().username}`, `persistence_location ${path}/`, ...lines, ""].join("\n"))
    return yield* restartable(
      Process.start(program, ["-c", config], { logFile: join(path, "mosquitto.log") }).pipe(
        Effect.tap((started) => Process.ready("mosquitto", started, Process.listens(port)))
      )
    )
  })

export interface Open extends Pick<Broker, "start" | "stop"> {
  readonly port: number
  readonly url: string
}

/** Lets everybody in, over TCP alone, and forgets everything when it stops, unless `settings` say something else. */
export const open = (settings: ReadonlyArray<string> = []): Effect.Effect<Open, Process.BrokerError, Scope.Scope> =>
  Effect.gen(function*() {
    const path = yield* Process.directory
    const [port = 0] = yield* Process.freePorts(1)
    const control = yield* run(path, port, [`listener ${port} 127.0.0.1`, "allow_anonymous true", ...settings])
    return { ...control, port, url: `mqtt://127.0.0.1:${port}` }
  })

/** Keeps every message for sessions that are away, and sessions over restarts. Listens with TLS if it has a certificate. */
export const make = (certificate?: Certificate): Effect.Effect<Broker, Process.BrokerError, Scope.Scope> =>
  Effect.gen(function*() {
    const path = yield* Process.directory
    const [tcp = 0, tls = 0, ws = 0, wss = 0] = yield* Process.freePorts(4)
    const passwords = join(path, "passwords")
    spawnSync(Process.locate("mosquitto_passwd") ?? "", ["-b", "-c", passwords, user.name, user.password])
    const acl = join(path, "acl")
    writeFileSync(acl, `user ${user.name}\ntopic readwrite open/#\n`)
    chmodSync(passwords, 0o600)
    const control = yield* run(path, tcp, [
      ...["persistence true", "max_queued_messages 0"],
      ...["allow_anonymous false", `password_file ${passwords}`, `acl_file ${acl}`],
      `listener ${tcp} 127.0.0.1`,
      ...[`listener ${ws} 127.0.0.1`, "protocol websockets"],
      ...securedListeners(path, certificate, tls, wss)
    ])
    return {
      ...control,
      urls: {
        tcp: `mqtt://127.0.0.1:${tcp}`,
        tls: `mqtts://127.0.0.1:${tls}`,
        ws: `ws://127.0.0.1:${ws}/mqtt`,
        wss: `wss://127.0.0.1:${wss}/mqtt`
      }
    }
  })

const securedListeners = (path: string, certificate: Certificate | undefined, tls: number, wss: number) => {
  if (certificate === undefined) return []
  const files = certificateFiles(path, certificate)
  const secured = [`certfile ${files.cert}`, `keyfile ${files.key}`]
  return [`listener ${tls} 127.0.0.1`, ...secured, `listener ${wss} 127.0.0.1`, "protocol websockets", ...secured]
}
