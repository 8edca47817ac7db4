import type { Packet } from "@effect-mqtt/codec"
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import * as invocations from "../../../src/internal/mqtt/invocation.ts"
import { run } from "../../command.ts"
import { recordingServer } from "../../recordingServer.ts"

/** Reads a command line where there is such a file, and such an environment. */
const parse = (
  lines: ReadonlyArray<string>,
  words: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
) =>
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped()
    yield* files.makeDirectory(`${folder}/mqtt`)
    const path = `${folder}/mqtt/defaults`
    yield* files.writeFileString(path, lines.join("\n"))
    const parsed = yield* invocations.parse(words).pipe(
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries({ XDG_CONFIG_HOME: folder, ...env })))),
      Effect.mapError(({ message }) => message.replace(path, "FILE"))
    )
    return "values" in parsed ? parsed.values : {}
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

const usual = ["# at home", "", "-h broker.home", "-p 8883", "--cafile /etc/our ca.pem", "-u robin", "-k 20", "--json"]

describe("the file of defaults", () => {
  it.effect("stands for what the command line leaves out", () =>
    Effect.gen(function*() {
      assert.deepInclude(yield* parse(usual, ["conn"]), {
        host: "broker.home",
        port: 8883,
        caFile: "/etc/our ca.pem",
        username: "robin",
        keepAlive: 20,
        json: true
      })
      assert.deepInclude(yield* parse(usual, ["sub", "-t", "a", "-k", "5", "-p", "1"]), {
        host: "broker.home",
        port: 1,
        keepAlive: 5
      })
      const properties = ["-Cup a=b c", "-D connect user-property room kitchen"]
      assert.deepInclude(yield* parse(properties, ["conn", "-Cup", "d=e"]), {
        connectUserProperties: [["a", "b c"], ["d", "e"]],
        property: ["[\"connect\",\"user-property\",\"room\",\"kitchen\"]"]
      })
    }))

  it.effect("says nothing of another broker, so that nobody gets a password that is not for him", () =>
    Effect.gen(function*() {
      const secret = [...usual, "--password-file /secret"]
      const others = {
        host: undefined,
        port: undefined,
        caFile: undefined,
        username: undefined,
        passwordFile: undefined
      }
      assert.deepInclude(yield* parse(secret, ["conn", "-L", "mqtt://elsewhere"]), { ...others, keepAlive: 20 })
      assert.deepInclude(yield* parse(secret, ["conn"], { MQTT_URL: "mqtt://elsewhere" }), { ...others, keepAlive: 20 })
      assert.deepInclude(yield* parse(secret, ["conn", "-h", "elsewhere"]), { ...others, host: "elsewhere" })
      const token = ["-D connect authentication-data token"]
      assert.deepInclude(yield* parse(token, ["conn", "-h", "elsewhere"]), { property: [] })
    }))

  it.effect("comes after the environment, and after other ways to say a password", () =>
    Effect.gen(function*() {
      const lines = ["-u robin", "--password-file /secret"]
      const env = { MQTT_USERNAME: "ada", MQTT_PASSWORD: "x" }
      assert.deepInclude(yield* parse(lines, ["conn"], env), { username: undefined, passwordFile: undefined })
      assert.deepInclude(yield* parse(lines, ["conn", "--password-env", "PW"]), {
        username: "robin",
        passwordEnv: "PW",
        passwordFile: undefined
      })
    }))

  it.effect("has no identifier where the command line has a prefix, and the other way round", () =>
    Effect.gen(function*() {
      const prefixed = yield* parse(["-i me", "-k 20"], ["conn", "-I", "my_"])
      assert.deepInclude(prefixed, { clientId: undefined, idPrefix: "my_", keepAlive: 20 })
      assert.deepInclude(yield* parse(["-I my_"], ["conn", "-i", "me"]), { clientId: "me", idPrefix: undefined })
    }))

  it.effect("may be another one, and is none of a broker", () =>
    Effect.gen(function*() {
      const files = yield* FileSystem.FileSystem
      const other = yield* files.makeTempFileScoped()
      yield* files.writeFileString(other, "-V 311")
      assert.deepInclude(yield* parse(usual, ["conn", "--config", other]), { host: undefined, version: 4 })
      assert.deepInclude(yield* parse(usual, ["conn"], { MQTT_CONFIG: other }), { host: undefined, version: 4 })
      assert.match(String(yield* Effect.flip(parse(usual, ["conn", "--config", "/none"]))), /\/none cannot be read/)
      assert.notStrictEqual((yield* parse(["-p 8883"], ["broker"])).port, 8883)
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer)))

  it.effect.each(
    [
      ["-t home", "FILE, line 2: There is no option -t"],
      ["-p high", "--port has to be a whole number"],
      ["-k", "FILE, line 2: The option -k needs a value after it"],
      ["--json yes", "FILE, line 2: \"yes\" does not belong to any option"],
      ["broker.home", "FILE, line 2: \"broker.home\" does not belong to any option"],
      ["-P secret", "FILE, line 2: -P does not belong in a file of defaults"],
      ["--config other", "FILE, line 2: --config does not belong in a file of defaults"],
      ["--help", "FILE, line 2: --help does not belong in a file of defaults"]
    ] as const
  )(
    "%s is refused with its line",
    ([line, complaint]) =>
      Effect.map(Effect.flip(parse(["-V 5", line], ["conn"])), (message) => assert.include(message, complaint))
  )
})

describe("user properties", () => {
  it.scopedLive("go with CONNECT and SUBSCRIBE, by letters and by -D", () =>
    Effect.gen(function*() {
      const { at, packets } = yield* recordingServer
      const { code } = yield* run([
        ...["sub", ...at, "-t", "a", "-E", "-Cup", "who=me", "-D", "connect", "user-property", "room", "kitchen"],
        ...["-up", "why=test", "-D", "subscribe", "user-property", "k", "v"]
      ])
      assert.strictEqual(code, 0)
      const pairsOf = (tag: Packet.PacketType) =>
        packets.flatMap((packet) =>
          packet._tag === tag && "properties" in packet ? packet.properties?.userProperties ?? [] : []
        )
      assert.deepStrictEqual(pairsOf("Connect"), [["room", "kitchen"], ["who", "me"]])
      assert.deepStrictEqual(pairsOf("Subscribe"), [["k", "v"], ["why", "test"]])
      const old = yield* run(["sub", ...at, "-t", "a", "-V", "311", "-up", "why=test"])
      assert.match(old.err[0] ?? "", /In MQTT 3\.1\.1 a subscription has no options/)
      const older = yield* run(["conn", ...at, "-V", "311", "-Cup", "why=test"])
      assert.match(older.err[0] ?? "", /MQTT 3\.1\.1 has no properties/)
    }))
})
