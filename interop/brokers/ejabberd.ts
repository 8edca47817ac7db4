/** ejabberd with mod_mqtt: MQTT 3.1.1 and 5. */
import type { Scope } from "effect"
import { Effect } from "effect"
import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Broker, Certificate } from "./broker.ts"
import { certificateFiles, restartable, user } from "./broker.ts"
import * as Epmd from "./epmd.ts"
import type { BrokerError } from "./process.ts"
import * as Process from "./process.ts"

/** Where Debian has its libraries, on any processor. */
const libraries = readdirSync("/usr/lib").filter((name) => name.endsWith("-linux-gnu")).flatMap((name) => {
  const path = join("/usr/lib", name)
  return readdirSync(path).filter((entry) => /^ejabberd-[\d.]+$/.test(entry)).map((entry) => ({ path, entry }))
})[0]

/** Undefined where it is not installed. */
export const version = libraries === undefined ? undefined : libraries.entry.replace("-", " ")

/** Its users carry the host. */
export const userName = `${user.name}@localhost`

export const make = (certificate: Certificate): Effect.Effect<Broker, BrokerError, Scope.Scope> =>
  Effect.gen(function*() {
    const path = yield* Process.directory
    const env = yield* Epmd.make(path)
    const [tcp = 0, tls = 0, ws = 0, wss = 0] = yield* Process.freePorts(4)
    const { cert, key } = certificateFiles(path, certificate)
    const config = join(path, "ejabberd.yml")
    writeFileSync(
      config,
      `
hosts: ["localhost"]
loglevel: warning
certfiles: ["${cert}", "${key}"]
auth_method: internal
listen:
  - {port: ${tcp}, ip: "127.0.0.1", module: mod_mqtt, max_payload_size: infinity}
  - {port: ${tls}, ip: "127.0.0.1", module: mod_mqtt, tls: true}
  - {port: ${ws}, ip: "127.0.0.1", module: ejabberd_http, request_handlers: {/mqtt: mod_mqtt}}
  - {port: ${wss}, ip: "127.0.0.1", module: ejabberd_http, tls: true, request_handlers: {/mqtt: mod_mqtt}}
acl: {local: {user_regexp: ""}}
modules:
  mod_mqtt:
    access_publish: {"open/#": [{allow: local}]}
    access_subscribe: {"open/#": [{allow: local}]}
`
    )
    const binary = (text: string) => `<<"${text}">>`
    const register = `ejabberd_auth:try_register(${binary(user.name)}, <<"localhost">>, ${binary(user.password)})`
    const parameters = [
      ...["-noinput", "-sname", "ejabberd@localhost", ...Epmd.flags],
      ...["-mnesia", "dir", JSON.stringify(join(path, "db"))],
      ...["-ejabberd", "config", JSON.stringify(config), "log_path", JSON.stringify(join(path, "ejabberd.log"))],
      ...["-s", "ejabberd", "-eval", `${register}, io:format("ready to serve~n").`]
    ]
    const control = yield* restartable(
      Process.start(Process.locate("erl") ?? "", parameters, {
        env: { ...env, ...(existsSync(libraries?.path ?? "") ? { ERL_LIBS: libraries?.path ?? "" } : {}) },
        logFile: join(path, "console.log")
      }).pipe(
        Effect.tap((started) => Process.ready("ejabberd", started, Process.says(started, "ready to serve")))
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
