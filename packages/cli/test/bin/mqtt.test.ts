import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { broker } from "../command.ts"
import { install, readmeCommands, start } from "../program.ts"

const commands = readmeCommands("mqtt")

describe("the mqtt program", () => {
  it.scopedLive("runs every command of the README", () =>
    Effect.gen(function*() {
      const folder = yield* install("mqtt")
      const { port } = yield* broker()
      const url = `mqtt://127.0.0.1:${port}`
      assert.isAbove(commands.length, 10)
      for (const command of commands) {
        if (command.startsWith("mqtt broker")) {
          // The port of the README may be in use here.
          const { child, ended, until } = start(folder, `exec ${command} --port 0`)
          yield* until("listening")
          child.kill("SIGINT")
          assert.strictEqual((yield* ended).code, 0, command)
          continue
        }
        const { code, output } = yield* start(folder, command, { MQTT_URL: url }).ended
        assert.strictEqual(code, 0, `${command}\n${output}`)
        if (command.startsWith("mqtt sub") && command.includes("-C 1")) assert.match(output, /on/, command)
        if (command.startsWith("mqtt rr")) assert.include(output, "exit code 27")
      }
    }), 180_000)

  it.scopedLive("tells packets with -d, and with -dd bytes as well", () =>
    Effect.gen(function*() {
      const folder = yield* install("mqtt")
      const { port } = yield* broker()
      const said = (option: string) =>
        Effect.map(
          start(folder, `mqtt pub -h 127.0.0.1 -p ${port} -V 5 -t a -m x -q 1 ${option} 2>&1 >/dev/null`).ended,
          ({ code, output }) => {
            assert.strictEqual(code, 0, output)
            return output
          }
        )
      const packets = yield* said("-d")
      assert.include(packets, "MQTT sent Publish")
      assert.notInclude(packets, "bytes sent")
      const bytes = yield* said("-dd")
      assert.include(bytes, "MQTT sent Publish")
      // PUBLISH: QoS 1, 7 bytes, topic "a", identifier 1, no properties, "x".
      assert.match(bytes, /"\d+ bytes sent".* bytes=\S*3207000161000100\S*78/)
      assert.match(bytes, /"\d+ bytes received".* bytes=20/)
      // CONNECT, whose bytes begin with 10.
      assert.match(bytes, /"\d+ bytes sent".*not shown/)
      assert.notMatch(bytes, /bytes=10/)
      assert.strictEqual(yield* said(""), "")
    }), 60_000)

  it.scopedLive("writes messages to files", () =>
    Effect.gen(function*() {
      const folder = yield* install("mqtt")
      const { port, server } = yield* broker()
      yield* server.publish({ topic: "kept/a", payload: Uint8Array.of(0xff, 0x0a), retain: true })
      yield* server.publish({ topic: "kept/b", payload: "b", retain: true })
      const sub = `mqtt sub -h 127.0.0.1 -p ${port} -t 'kept/#' -C 2`
      const { code, output } = yield* start(
        folder,
        `${sub} --file-save shot && ${sub} -F %t --file-write log && ${sub} -F %t --file-write log &&
          od -An -tx1 shot && od -An -tx1 'shot(1)' && cat log`
      ).ended
      assert.deepStrictEqual({ code, output }, { code: 0, output: " ff 0a\n 62\nkept/a\nkept/b\nkept/a\nkept/b\n" })
    }), 60_000)

  it.scopedLive("says goodbye when it is interrupted, so that its will stays unsaid", () =>
    Effect.gen(function*() {
      const folder = yield* install("mqtt")
      const { port, server } = yield* broker()
      const { child, ended, until } = start(
        folder,
        `exec mqtt sub -h 127.0.0.1 -p ${port} -t a --json --will-topic gone --will-payload x`
      )
      const published: Array<string> = []
      yield* server.observe("#", ({ topic }) => published.push(topic))
      yield* until("subscribed")
      child.kill("SIGINT")
      assert.strictEqual((yield* ended).code, 0)
      // The program may be gone before the broker has read its last words.
      yield* Effect.repeat(Effect.delay(server.stats, "5 millis"), { until: ({ connections }) => connections === 0 })
      assert.deepStrictEqual(published, [])
    }), 60_000)

  it.scopedLive(
    "ends quietly behind a reader that has seen enough, and hands over its exit code",
    () =>
      Effect.gen(function*() {
        const folder = yield* install("mqtt")
        const { port, server } = yield* broker()
        const at = `-h 127.0.0.1 -p ${port}`
        const { ended } = start(folder, `mqtt sub ${at} -t a | head -n 1`)
        yield* server.awaitSubscription("a")
        yield* server.publish({ topic: "a", payload: "first" })
        yield* Effect.forkScoped(
          Effect.forever(Effect.delay(server.publish({ topic: "a", payload: "more" }), "20 millis"))
        )
        assert.deepStrictEqual(yield* ended, { code: 0, output: "first\n" })
        const refused = yield* start(folder, `mqtt pub ${at} -t a -m x --bogus`).ended
        assert.deepStrictEqual(refused, { code: 1, output: "mqtt: There is no option --bogus. See mqtt pub --help.\n" })
      }),
    60_000
  )
})
