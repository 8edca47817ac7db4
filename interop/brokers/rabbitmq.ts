/** RabbitMQ with its MQTT plugins: MQTT 3.1.1, as a cluster of three nodes with mirrored queues. */
import { MqttClient, Reconnect } from "@effect-mqtt/connection"
import { NodeTransport } from "@effect-mqtt/connection/node"
import type { Scope } from "effect"
import { Effect, Redacted } from "effect"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Broker, Certificate } from "./broker.ts"
import { certificateFiles, restartable, user } from "./broker.ts"
import * as Epmd from "./epmd.ts"
import type { BrokerError } from "./process.ts"
import * as Process from "./process.ts"

const home = "/usr/lib/rabbitmq"

/** Undefined where it is not installed. */
export const version = existsSync(home)
  ? readdirSync(join(home, "lib")).find((name) => name.startsWith("rabbitmq_server-"))?.replace(
    "rabbitmq_server-",
    "rabbitmq "
  )
  : undefined

export interface Node extends Broker {
  /** Ends it as a power cut does. */
  readonly kill: Effect.Effect<void>
}

/** Users, rights and mirroring, which every node loads when it starts. */
const definitions = () => {
  const salt = Buffer.from("salt")
  const hash = createHash("sha256").update(salt).update(user.password).digest()
  const below = "^open(\\.|$)"
  return {
    users: [{ name: user.name, password_hash: Buffer.concat([salt, hash]).toString("base64"), tags: "" }],
    vhosts: [{ name: "/" }],
    permissions: [{ user: user.name, vhost: "/", configure: ".*", write: ".*", read: ".*" }],
    topic_permissions: [{ user: user.name, vhost: "/", exchange: "amq.topic", write: below, read: below }],
    policies: [{
      vhost: "/",
      name: "mirrored",
      pattern: ".*",
      "apply-to": "queues",
      definition: { "ha-mode": "all", "ha-sync-mode": "automatic" },
      priority: 0
    }]
  }
}

/** Three nodes; as a broker it is the first of them. */
export interface Cluster extends Broker {
  readonly nodes: readonly [Node, Node, Node]
}

/** They listen with TLS if there is a certificate. */
export const make = (certificate?: Certificate): Effect.Effect<Cluster, BrokerError, Scope.Scope> =>
  Effect.gen(function*() {
    const path = yield* Process.directory
    const files = certificate === undefined ? undefined : certificateFiles(path, certificate)
    const env = yield* Epmd.make(path)
    writeFileSync(join(path, "definitions.json"), JSON.stringify(definitions()))
    writeFileSync(join(path, "plugins"), "[rabbitmq_mqtt,rabbitmq_web_mqtt].")
    writeFileSync(join(path, ".erlang.cookie"), "COOKIE", { mode: 0o400 })
    const node = (number: number) => makeNode({ path, files, env, number })
    // One after the other, so that each finds a cluster to join: nodes that started together have been seen to hang up on
    // every client. The likely cause is the list of client identifiers, which the plugin keeps by consensus.
    const nodes = yield* Effect.all([node(1), node(2), node(3)])
    return { ...nodes[0], nodes }
  })

const makeNode = ({ env, files, number, path }: {
  readonly path: string
  readonly files: Certificate | undefined
  readonly env: Readonly<Record<string, string>>
  readonly number: number
}): Effect.Effect<Node, BrokerError, Scope.Scope> =>
  Effect.gen(function*() {
    const [amqp, distribution, tcp, tls, ws, wss] = yield* Process.freePorts(6)
    const own = join(path, `node${number}`)
    mkdirSync(join(own, "mnesia"), { recursive: true })
    const config = join(own, "rabbitmq.conf")
    writeFileSync(
      config,
      [
        ...["log.console = true", "log.console.level = info", "log.file = false"],
        `load_definitions = ${join(path, "definitions.json")}`,
        `listeners.tcp.1 = 127.0.0.1:${amqp}`,
        `mqtt.listeners.tcp.1 = 127.0.0.1:${tcp}`,
        ...["mqtt.allow_anonymous = false", "mqtt.vhost = /", "mqtt.exchange = amq.topic"],
        ...[`web_mqtt.tcp.listener = 127.0.0.1:${ws}`, "web_mqtt.ws_path = /mqtt"],
        ...securedListeners(files, tls, wss),
        "cluster_formation.peer_discovery_backend = classic_config",
        // Those that are there before it.
        ...Array.from(
          { length: number },
          (_, index) => `cluster_formation.classic_config.nodes.${index + 1} = mq${index + 1}@localhost`
        ),
        ""
      ].join("\n")
    )
    let program: Process.Program | undefined
    const launch = Process.start(join(home, "bin", "rabbitmq-server"), [], {
      env: {
        ...env,
        RABBITMQ_NODENAME: `mq${number}@localhost`,
        RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
        RABBITMQ_DIST_PORT: `${distribution}`,
        RABBITMQ_CONFIG_FILE: config,
        RABBITMQ_ENABLED_PLUGINS_FILE: join(path, "plugins"),
        RABBITMQ_MNESIA_BASE: join(own, "mnesia"),
        RABBITMQ_LOG_BASE: own,
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: Epmd.flags.join(" ")
      },
      logFile: join(own, "console.log")
    }).pipe(
      Effect.tap((started) =>
        Effect.zipRight(
          Effect.sync(() => void (program = started)),
          Process.ready(
            "rabbitmq-server",
            started,
            Effect.flatMap(
              Process.says(started, "startup complete"),
              (isComplete) => isComplete ? letsIn(`mqtt://127.0.0.1:${tcp}`) : Effect.succeed(false)
            )
          )
        )
      )
    )
    const control = yield* restartable(launch)
    return {
      ...control,
      kill: Effect.suspend(() => program?.end("SIGKILL") ?? Effect.void),
      urls: {
        tcp: `mqtt://127.0.0.1:${tcp}`,
        tls: `mqtts://127.0.0.1:${tls}`,
        ws: `ws://127.0.0.1:${ws}/mqtt`,
        wss: `wss://127.0.0.1:${wss}/mqtt`
      }
    }
  })

/** Whether a client gets in: a node whose log says that it has started may hang up on everybody all the same. */
const letsIn = (url: string): Effect.Effect<boolean> =>
  MqttClient.make({
    url,
    protocolVersion: 4,
    username: user.name,
    password: Redacted.make(user.password),
    reconnect: Reconnect.none
  }).pipe(Effect.scoped, Effect.provide(NodeTransport.layer), Effect.isSuccess)

const securedListeners = (files: Certificate | undefined, tls: number | undefined, wss: number | undefined) => {
  if (files === undefined) return []
  const certificateOptions = (prefix: string) => [
    `${prefix}.cacertfile = ${files.ca}`,
    `${prefix}.certfile = ${files.cert}`,
    `${prefix}.keyfile = ${files.key}`
  ]
  return [
    `mqtt.listeners.ssl.1 = 127.0.0.1:${tls}`,
    ...["web_mqtt.ssl.ip = 127.0.0.1", `web_mqtt.ssl.port = ${wss}`],
    ...[...certificateOptions("web_mqtt.ssl"), ...certificateOptions("ssl_options")],
    ...["ssl_options.verify = verify_none", "ssl_options.fail_if_no_peer_cert = false"]
  ]
}
