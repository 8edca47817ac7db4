/** What the `mqtt` command and mosquitto's programs say to each other: every option that both have, in both directions. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { broker } from "../command.ts"
import { arePresent, pairs, publishers, subscribers } from "../mosquittoPrograms.ts"

interface Exchange {
  readonly pub: ReadonlyArray<string>
  readonly sub: ReadonlyArray<string>
  readonly stdin?: string
  /** With MQTT 5 only. */
  readonly needsVersion5?: boolean
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
  "-x": { pub: [...message, "-x", "60"], sub: [...all, "-x", "60"], needsVersion5: true },
  "-D publish content-type, response-topic": {
    pub: [...message, ...property, "content-type", "text/plain", ...property, "response-topic", "answers"],
    sub: [...all, "-F", "%C %R"],
    needsVersion5: true
  },
  "-D publish correlation-data, payload-format-indicator": {
    pub: [...message, ...property, "correlation-data", "id", ...property, "payload-format-indicator", "1"],
    sub: [...all, "-F", "%D %F"],
    needsVersion5: true
  },
  "-D publish user-property": {
    pub: [...message, ...property, "user-property", "k", "v", ...property, "user-property", "l", "w"],
    sub: [...all, "-F", "%P"],
    needsVersion5: true
  },
  "-D publish message-expiry-interval": {
    pub: [...message, ...property, "message-expiry-interval", "600"],
    sub: [...all, "-F", "%E"],
    needsVersion5: true
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
      const { code, out } = yield* Effect.fromFiber(receiving)
      return { published: sent.code, code, out }
    }))

  for (const [name, words] of Object.entries(exchanges)) {
    for (const version of words.needsVersion5 === true ? ["mqttv5"] : ["mqttv311", "mqttv5"]) {
      it.live(`${name} (${version})`, () =>
        Effect.gen(function*() {
          const [measure, ...others] = yield* Effect.forEach(pairs, (pair) => exchange(words, version, pair))
          assert.deepInclude(measure, { published: 0, code: 0 })
          for (const other of others) assert.deepStrictEqual(other, measure)
        }))
    }
  }

  /** What a subscriber does with what a broker holds, and with what comes then. */
  const situations: Readonly<Record<string, ReadonlyArray<string>>> = {
    "-R": ["-t", "kept/#", "-R", "-C", "1", "-v"],
    "--retained-only": ["-t", "kept/#", "--retained-only", "-v"],
    "-T": ["-t", "kept/#", "-T", "kept/a", "-C", "2", "-v"],
    "-E": ["-t", "kept/#", "-E"],
    "-W": ["-t", "nothing/#", "-W", "1"]
  }

  for (const [name, words] of Object.entries(situations)) {
    it.live(`sub ${name} does the same`, () =>
      Effect.gen(function*() {
        const outcome = (who: keyof typeof subscribers) =>
          Effect.scoped(Effect.gen(function*() {
            const { at, server } = yield* broker()
            for (const topic of ["kept/a", "kept/b"]) yield* server.publish({ topic, payload: "old", retain: true })
            const receiving = yield* Effect.fork(subscribers[who]([...at, ...words]))
            // With -E and -W it may be over before anybody sees it.
            if (name !== "-E" && name !== "-W") yield* server.awaitSubscription(words[1])
            yield* server.publish({ topic: "kept/c", payload: "new", qos: 1 })
            const ended = yield* Effect.fromFiber(receiving)
            return { ...ended, retained: (yield* server.stats).retainedMessages }
          }))
        assert.deepStrictEqual(yield* outcome("mqtt"), yield* outcome("mosquitto"))
      }))
  }

  it.live("-r and --remove-retained: what is kept, and what a subscriber clears", () =>
    Effect.gen(function*() {
      const outcome = ([from, to]: typeof pairs[number]) =>
        Effect.scoped(Effect.gen(function*() {
          const { at, server } = yield* broker()
          const published = yield* publishers[from]([...at, ...message, "-q", "1", "-r"])
          const kept = (yield* server.stats).retainedMessages
          // Mosquitto's program counts no messages while it clears: time has to end it, enough for a busy machine.
          const got = yield* subscribers[to]([...at, "-t", "room/#", "-F", "%r %p", "--remove-retained", "-W", "5"])
          const left = (yield* server.stats).retainedMessages
          return { published: published.code, kept, got, left }
        }))
      const [measure, ...others] = yield* Effect.forEach(pairs, outcome, { concurrency: "unbounded" })
      assert.deepInclude(measure, { published: 0, kept: 1, left: 0 })
      for (const other of others) assert.deepStrictEqual(other, measure)
    }))

  it.live("-u -P -L, a refused user, and a will that is published", () =>
    Effect.gen(function*() {
      const outcome = (who: keyof typeof publishers) =>
        Effect.scoped(Effect.gen(function*() {
          const { at, port, server } = yield* broker({ authenticate: ({ username }) => username === "alice" })
          const seen: Array<string> = []
          yield* server.observe("#", ({ payload, topic }) => seen.push(`${topic}=${new TextDecoder().decode(payload)}`))
          const words = ["-t", "a", "-m", "x", "-q", "1"]
          const good = yield* publishers[who]([...at, "-V", "mqttv311", "-u", "alice", "-P", "pw", ...words])
          const url = yield* publishers[who](["-L", `mqtt://alice:pw@127.0.0.1:${port}/by/url`, "-m", "y", "-q", "1"])
          const bad = yield* publishers[who]([...at, "-V", "mqttv311", "-u", "bob", "-P", "pw", ...words])
          const will = ["--will-topic", "gone", "--will-payload", "z", "-i", "mortal"]
          yield* Effect.fork(subscribers[who]([...at, "-u", "alice", "-t", "b", ...will]))
          yield* server.awaitSubscription("b")
          yield* server.disconnect("mortal")
          return { codes: [good.code, url.code], isRefused: bad.code !== 0, seen }
        }))
      const measure = yield* outcome("mosquitto")
      assert.deepStrictEqual(measure, { codes: [0, 0], isRefused: true, seen: ["a=x", "by/url=y", "gone=z"] })
      assert.deepStrictEqual(yield* outcome("mqtt"), measure)
    }))

  it.live("-c -i and -U: what waits for a session, and a session without its subscription", () =>
    Effect.gen(function*() {
      const outcome = (who: keyof typeof subscribers) =>
        Effect.scoped(Effect.gen(function*() {
          const { at, server } = yield* broker()
          const folder = yield* Effect.acquireRelease(
            Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-mqtt-session-"))),
            (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
          )
          const kept = [...at, "-c", "-i", "reader", "-q", "1", ...who === "mqtt" ? ["--session-dir", folder] : []]
          const first = yield* subscribers[who]([...kept, "-t", "jobs", "-E"])
          yield* server.publish({ topic: "jobs", payload: "1", qos: 1 })
          const second = yield* subscribers[who]([...kept, "-t", "jobs", "-C", "1"])
          const third = yield* subscribers[who]([...kept, "-t", "other", "-U", "jobs", "-E"])
          return { outcomes: [first, second, third], subscriptions: (yield* server.stats).subscriptions }
        }))
      assert.deepStrictEqual(yield* outcome("mqtt"), yield* outcome("mosquitto"))
    }))
})
