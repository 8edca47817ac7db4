/** What the `mqtt` command and mosquitto's programs say to each other: every option that both have, in both directions. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { broker, run, start } from "../command.ts"

const arePresent = ["mosquitto_sub", "mosquitto_pub"].every((name) => spawnSync(name, ["--help"]).error === undefined)

if (!arePresent) console.warn("skipped without mosquitto-clients: what the mqtt command shares with them")

const theirs = (name: "mosquitto_pub" | "mosquitto_sub") => (words: ReadonlyArray<string>, stdin = "") =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(name, words)),
    (child) => Effect.sync(() => child.kill())
  ).pipe(
    Effect.flatMap((child) =>
      Effect.async<{ readonly code: number; readonly out: string }>((resume) => {
        const out: Array<Buffer> = []
        child.stdout.on("data", (chunk: Buffer) => out.push(chunk))
        child.on("close", (code) =>
          resume(Effect.succeed({ code: code ?? -1, out: Buffer.concat(out).toString("latin1") })))
        child.stdin.end(stdin)
      })
    ),
    Effect.scoped
  )

const ours = (command: "pub" | "sub") => (words: ReadonlyArray<string>, stdin = "") =>
  Effect.map(run([command, ...words], { stdin }), ({ bytes, code }) => ({
    code,
    out: Buffer.from(bytes).toString("latin1")
  }))

const publishers = { mqtt: ours("pub"), mosquitto: theirs("mosquitto_pub") }
const subscribers = { mqtt: ours("sub"), mosquitto: theirs("mosquitto_sub") }

/** The one that is ours has to be on one side at least; with mosquitto on both sides it is the measure. */
const pairs = [["mosquitto", "mosquitto"], ["mosquitto", "mqtt"], ["mqtt", "mosquitto"]] as const

interface Exchange {
  readonly pub: ReadonlyArray<string>
  readonly sub: ReadonlyArray<string>
  readonly stdin?: string
  /** With MQTT 5 only. */
  readonly isModern?: boolean
}

const message = ["-t", "room/a", "-m", "hé"]
const all = ["-t", "room/#", "-C", "1"]
const fields = [...all, "-F", "%t|%p|%x|%X|%l|%q|%r|%%|[%10t][%-10t][%.3t][%5l][%05l]|@@|\\t"]
const property = ["-D", "publish"]

const exchanges: Readonly<Record<string, Exchange>> = {
  "-t -m": { pub: message, sub: all },
  "-v": { pub: message, sub: [...all, "-v"] },
  "-N": { pub: message, sub: [...all, "-N"] },
  "-q 1": { pub: [...message, "-q", "1"], sub: [...fields, "-q", "1"] },
  "-q 2": { pub: [...message, "-q", "2"], sub: [...fields, "-q", "2"] },
  "-F": { pub: message, sub: fields },
  "-n": { pub: ["-t", "room/a", "-n"], sub: [...all, "-v"] },
  "-s": { pub: ["-t", "room/a", "-s"], sub: all, stdin: "two\nlines\n" },
  "-l": { pub: ["-t", "room/a", "-l"], sub: ["-t", "room/#", "-C", "2"], stdin: "one\ntwo\n" },
  "-f": { pub: ["-t", "room/a", "-f", "/etc/hostname"], sub: all },
  "--repeat": { pub: [...message, "--repeat", "3", "--repeat-delay", "0"], sub: ["-t", "room/#", "-C", "3"] },
  "-T": { pub: [...message, "--repeat", "1"], sub: ["-t", "room/+", "-T", "other/#", "-C", "1"] },
  "several -t": { pub: message, sub: ["-t", "nothing/here", "-t", "room/#", "-C", "1"] },
  "-i -k": { pub: [...message, "-i", "sender", "-k", "20"], sub: [...all, "-i", "receiver", "-k", "20"] },
  "-I": { pub: [...message, "-I", "sender"], sub: [...all, "-I", "receiver"] },
  "-M": { pub: [...message, "-q", "1", "-M", "1"], sub: all },
  "--quiet": { pub: [...message, "--quiet"], sub: [...all, "--quiet"] },
  "--will-topic": {
    pub: [...message, "--will-topic", "gone", "--will-payload", "x", "--will-qos", "1", "--will-retain"],
    sub: all
  },
  "-x": { pub: [...message, "-x", "60"], sub: [...all, "-x", "60"], isModern: true },
  "-D publish content-type, response-topic": {
    pub: [...message, ...property, "content-type", "text/plain", ...property, "response-topic", "answers"],
    sub: [...all, "-F", "%C %R"],
    isModern: true
  },
  "-D publish correlation-data, payload-format-indicator": {
    pub: [...message, ...property, "correlation-data", "id", ...property, "payload-format-indicator", "1"],
    sub: [...all, "-F", "%D %F"],
    isModern: true
  },
  "-D publish user-property": {
    pub: [...message, ...property, "user-property", "k", "v", ...property, "user-property", "l", "w"],
    sub: [...all, "-F", "%P"],
    isModern: true
  },
  "-D publish message-expiry-interval": {
    pub: [...message, ...property, "message-expiry-interval", "600"],
    sub: [...all, "-F", "%E"],
    isModern: true
  }
}

describe.skipIf(!arePresent)("mqtt and mosquitto's programs", () => {
  const exchange = ({ pub, stdin, sub }: Exchange, version: string, [from, to]: typeof pairs[number]) =>
    Effect.scoped(Effect.gen(function*() {
      const { at, server } = yield* broker()
      const common = [...at, "-V", version]
      const receiving = yield* Effect.fork(subscribers[to]([...common, ...sub]))
      yield* server.awaitSubscription(sub[sub.lastIndexOf("-t") + 1])
      const sent = yield* publishers[from]([...common, ...pub], stdin)
      const { code, out } = yield* Effect.timeout(Effect.fromFiber(receiving), "10 seconds")
      return { published: sent.code, code, out }
    }))

  for (const [name, words] of Object.entries(exchanges)) {
    for (const version of words.isModern === true ? ["mqttv5"] : ["mqttv311", "mqttv5"]) {
      it.live(`${name} (${version})`, () =>
        Effect.gen(function*() {
          const [measure, ...others] = yield* Effect.forEach(pairs, (pair) => exchange(words, version, pair))
          assert.deepInclude(measure, { published: 0, code: 0 })
          for (const other of others) assert.deepStrictEqual(other, measure)
        }))
    }
  }
})
