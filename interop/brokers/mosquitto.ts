/** Eclipse Mosquitto: MQTT 3.1.1 and 5. */
import type { Scope } from "effect"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { chmodSync, writeFileSync } from "node:fs"
import { userInfo } from "node:os"
import { join } from "node:path"
import type { Broker, Certificate } from "./broker.ts"
import { certificateFiles, restartable, user, versionLine } from "./broker.ts"
import type { BrokerError } from "./process.ts"
import * as Process from "./process.ts"

const program = Process.locate("mosquitto")

/** Undefined where it is not installed. */
export const version = program === undefined ? undefined : versionLine(program, "-h")

/** Keeps every message for sessions that are away, and sessions over restarts. Listens with TLS if it has a certificate. */
export const make = (certificate?: Certificate): Effect.Effect<Broker, BrokerError, Scope.Scope> =>
  Effect.gen(function*() {
    const path = yield* Process.directory
    const [tcp = 0, tls = 0, ws = 0, wss = 0] = yield* Process.freePorts(4)
    const passwords = join(path, "passwords")
    spawnSync(Process.locate("mosquitto_passwd") ?? "", ["-b", "-c", passwords, user.name, user.password])
    const acl = join(path, "acl")
    writeFileSync(acl, `user ${user.name}\ntopic readwrite open/#\n`)
    chmodSync(passwords, 0o600)
    const config = join(path, "mosquitto.conf")
    writeFileSync(
      config,
      [
        ...[`user ${userInfo().username}`, "persistence true", `persistence_location ${path}/`],
        ...["allow_anonymous false", `password_file ${passwords}`, `acl_file ${acl}`, "max_queued_messages 0"],
        `listener ${tcp} 127.0.0.1`,
        ...[`listener ${ws} 127.0.0.1`, "protocol websockets"],
        ...securedListeners(path, certificate, tls, wss),
        ""
      ].join("\n")
    )
    const logFile = join(path, "mosquitto.log")
    const control = yield* restartable(
      Process.start(program ?? "", ["-c", config], { logFile }).pipe(
        Effect.tap((started) => Process.ready("mosquitto", started, Process.listens(tcp)))
      )
    )
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
