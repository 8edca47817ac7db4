import { Fault } from "@effect-mqtt/broker"
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Redacted } from "effect"
import { broker, run, start } from "./command.ts"
import { recordingServer } from "./recordingServer.ts"

const lines = (text: string) => text.trim().split("\n")

describe("mqtt sub", () => {
  it.scopedLive("writes what comes, in the ways of mosquitto_sub", () =>
    Effect.gen(function*() {
      const { at, server } = yield* broker()
      const outputOf = (...words: ReadonlyArray<string>) =>
        Effect.scoped(Effect.gen(function*() {
          const { ended } = yield* start(["sub", ...at, "-t", "room/#", "-C", "3", ...words])
          yield* server.awaitSubscription("room/#")
          yield* server.publish({ topic: "room/a", payload: "one" })
          yield* server.publish({ topic: "room/b", payload: "" })
          yield* server.publish({ topic: "room/c", payload: "three" })
          const { code, out } = yield* ended
          assert.strictEqual(code, 0)
          return out
        }))
      assert.strictEqual(yield* outputOf(), "one\nthree\n")
      assert.strictEqual(yield* outputOf("-v"), "room/a one\nroom/b (null)\nroom/c three\n")
      assert.strictEqual(yield* outputOf("-N"), "onethree")
      assert.strictEqual(yield* outputOf("--delimiter", ";"), "one;three;")
      assert.strictEqual(yield* outputOf("-F", "%t=%l"), "room/a=3\nroom/b=0\nroom/c=5\n")
      const json = lines(yield* outputOf("--json")).map((line) => JSON.parse(line))
      assert.deepStrictEqual(
        json.map(({ tst, ...rest }) => ({ ...rest, hasTime: typeof tst === "string" })),
        [
          { topic: "room/a", qos: 0, retain: 0, payloadlen: 3, payload: "one", hasTime: true },
          { topic: "room/b", qos: 0, retain: 0, payloadlen: 0, payload: null, hasTime: true },
          { topic: "room/c", qos: 0, retain: 0, payloadlen: 5, payload: "three", hasTime: true }
        ]
      )
    }))

  it.scopedLive("pairs -q with -t, and says so in JSON", () =>
    Effect.gen(function*() {
      const { at } = yield* broker()
      const { code, err } = yield* run(["sub", ...at, "-t", "a", "-q", "2", "-t", "b", "-q", "0", "-E", "--json"])
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(err.map((line) => JSON.parse(line)), [
        { event: "subscribed", filters: ["a", "b"], grantedQos: [2, 0] }
      ])
    }))

  it.scopedLive("retained messages: left out, alone, or cleared", () =>
    Effect.gen(function*() {
      const { at, server } = yield* broker()
      yield* server.publish({ topic: "kept/a", payload: "old", retain: true })
      yield* server.publish({ topic: "kept/b", payload: "older", retain: true })
      const fresh = yield* start(["sub", ...at, "-t", "kept/#", "-R", "-C", "1", "--json"])
      yield* fresh.until("subscribed")
      yield* server.publish({ topic: "kept/c", payload: "new" })
      assert.include((yield* fresh.ended).out, "\"payload\":\"new\"")

      const only = yield* start(["sub", ...at, "-t", "kept/#", "--retained-only", "--json"])
      yield* only.until("subscribed")
      yield* server.publish({ topic: "kept/c", payload: "new" })
      assert.deepStrictEqual(lines((yield* only.ended).out).map((line) => JSON.parse(line).payload), ["old", "older"])

      const { code } = yield* run(["sub", ...at, "-t", "kept/#", "--remove-retained", "-C", "2"])
      assert.strictEqual(code, 0)
      assert.strictEqual((yield* server.stats).retainedMessages, 0)
    }))

  it.scopedLive("-T leaves out, and what is left out does not count", () =>
    Effect.gen(function*() {
      const { at, server } = yield* broker()
      const { ended } = yield* start(["sub", ...at, "-t", "#", "-T", "noise/#", "-T", "+/hum", "-C", "2"])
      yield* server.awaitSubscription("#")
      for (const topic of ["noise/a", "good/a", "x/hum", "good/b"]) yield* server.publish({ topic, payload: topic })
      assert.strictEqual((yield* ended).out, "good/a\ngood/b\n")
    }))

  it.live("-W ends with 27, also before there is a broker that answers", () =>
    Effect.gen(function*() {
      const { code, err } = yield* Effect.scoped(
        Effect.flatMap(broker(), ({ at }) => run(["sub", ...at, "-t", "a", "-W", "0.05"]))
      )
      assert.strictEqual(code, 27)
      assert.deepStrictEqual(err, ["mqtt: The time limit of -W is over."])
    }))

  it.scopedLive.each([
    ["1", "5"],
    ["1", "311"],
    ["2", "5"],
    ["2", "311"]
  ])(
    "a session that is kept (QoS %s, version %s) gets what came meanwhile, until -U ends its subscription",
    ([qos, version]) =>
      Effect.gen(function*() {
        const folder = yield* Effect.flatMap(FileSystem.FileSystem, (files) => files.makeTempDirectoryScoped())
        const { at, server } = yield* broker()
        const session = ["sub", ...at, "-c", "-i", "meter", "-q", qos, "-V", version, "--session-dir", folder]
        assert.strictEqual((yield* run([...session, "-t", "jobs", "-E"])).code, 0)
        for (const payload of ["1", "2", "3"]) yield* server.publish({ topic: "jobs", payload, qos: 2 })
        assert.strictEqual((yield* run([...session, "-t", "jobs", "-C", "2"])).out, "1\n2\n")
        // The third was not asked for, so the broker still has it.
        assert.strictEqual((yield* run([...session, "-t", "jobs", "-C", "1"])).out, "3\n")
        assert.strictEqual((yield* server.stats).subscriptions, 1)
        assert.strictEqual((yield* run([...session, "-U", "jobs"])).code, 0)
        assert.strictEqual((yield* server.stats).subscriptions, 0)
      }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("says when the link is lost, and goes on when it is back", () =>
    Effect.gen(function*() {
      const { at, server } = yield* broker()
      const { ended, until } = yield* start(["sub", ...at, "-t", "a", "-C", "1"])
      yield* server.awaitSubscription("a")
      yield* server.inject(Fault.cut("toClient", 1, { times: 1 }))
      yield* server.publish({ topic: "a", payload: "lost" })
      yield* until("Connected again.")
      yield* server.publish({ topic: "a", payload: "back", qos: 1 })
      const { err, out } = yield* ended
      assert.strictEqual(out, "back\n")
      assert.match(err[0], /^mqtt: There is no link to the server.*\.$/)
    }))

  it.scopedLive("--file-write adds to a file, --file-save makes one of each message and spares those that exist", () =>
    Effect.gen(function*() {
      const files = yield* FileSystem.FileSystem
      const folder = yield* files.makeTempDirectoryScoped()
      const { at, server } = yield* broker()
      for (const payload of ["1", "22"]) {
        yield* server.publish({ topic: `kept/${payload}`, payload, retain: true })
      }
      const all = ["sub", ...at, "-t", "kept/#", "-C", "2"]
      yield* files.writeFileString(`${folder}/log.txt`, "older\n")
      const written = yield* run([...all, "-v", "--file-write", `${folder}/log.txt`])
      assert.deepInclude(written, { code: 0, out: "", err: [] })
      assert.strictEqual(yield* files.readFileString(`${folder}/log.txt`), "older\nkept/1 1\nkept/22 22\n")

      yield* files.writeFileString(`${folder}/shot(1).jpg`, "older")
      const saved = yield* run([...all, "--file-save", `${folder}/shot.jpg`])
      assert.deepInclude(saved, { code: 0, out: "", err: [] })
      const contents = yield* Effect.forEach(
        ["shot.jpg", "shot(1).jpg", "shot(2).jpg"],
        (name) => files.readFileString(`${folder}/${name}`)
      )
      assert.deepStrictEqual(contents, ["1", "older", "22"])

      for (const option of ["--file-write", "--file-save"]) {
        const { code, err } = yield* run([...all, option, `${folder}/nowhere/a`])
        assert.strictEqual(code, 1)
        assert.deepStrictEqual(err, [
          `mqtt: The file ${folder}/nowhere/a cannot be written. Look at its path and permissions.`
        ])
      }
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("ends quietly when nobody reads any more", () =>
    Effect.gen(function*() {
      const { at, server } = yield* broker()
      const { ended } = yield* start(["sub", ...at, "-t", "a"], { isClosed: true })
      yield* server.awaitSubscription("a")
      yield* server.publish({ topic: "a", payload: "unread" })
      const { code, err } = yield* ended
      assert.deepStrictEqual({ code, err }, { code: 0, err: [] })
    }))
})

describe("mqtt pub", () => {
  const received = (words: ReadonlyArray<string>, count: number, stdin?: string) =>
    Effect.scoped(Effect.gen(function*() {
      const { at, server } = yield* broker()
      const { ended } = yield* start(["sub", ...at, "-t", "#", "-q", "2", "-C", `${count}`, "-F", "%t %q %x"])
      yield* server.awaitSubscription("#")
      const { code, err } = yield* run(["pub", ...at, ...words], { stdin })
      assert.deepStrictEqual({ code, err }, { code: 0, err: [] })
      return lines((yield* ended).out)
    }))

  it.live("payloads from words, files and standard input, whole or by line", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* received(["-t", "a", "-m", "hi", "-q", "2"], 1), ["a 2 6869"])
      assert.deepStrictEqual(yield* received(["-t", "a", "-n"], 1), ["a 0 "].map((line) => line.trim()))
      assert.deepStrictEqual(yield* received(["-t", "a", "-s"], 1, "x\ny\n"), ["a 0 780a790a"])
      assert.deepStrictEqual(
        yield* received(["-t", "a", "-l", "-q", "1"], 3, "one\n\ntwo\nthree"),
        ["a 1 6f6e65", "a 1 74776f", "a 1 7468726565"]
      )
      assert.deepStrictEqual(yield* received(["-t", "a", "-m", "00ff", "--format", "hex"], 1), ["a 0 00ff"])
      assert.deepStrictEqual(yield* received(["-t", "a", "-m", "/wA=", "--format", "base64"], 1), ["a 0 ff00"])
      assert.deepStrictEqual(yield* received(["-t", "a", "-m", "x", "--repeat", "2"], 2), ["a 0 78", "a 0 78"])
      const files = yield* FileSystem.FileSystem
      const path = yield* files.makeTempFileScoped()
      yield* files.writeFile(path, Uint8Array.of(0, 255))
      assert.deepStrictEqual(yield* received(["-t", "a", "-f", path], 1), ["a 0 00ff"])
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer)))

  it.scopedLive("properties by letters and by -D arrive", () =>
    Effect.gen(function*() {
      const { at, server } = yield* broker()
      const { ended } = yield* start(["sub", ...at, "-t", "a", "-C", "1", "--json"])
      yield* server.awaitSubscription("a")
      const letters = ["-ct", "text/plain", "-up", "k=v", "-rt", "answers", "-cd", "id", "-pf"]
      yield* run(["pub", ...at, "-t", "a", "-m", "x", ...letters, "-D", "publish", "user-property", "l", "w"])
      assert.deepStrictEqual(JSON.parse((yield* ended).out).properties, {
        "content-type": "text/plain",
        "user-properties": { l: "w", k: "v" },
        "response-topic": "answers",
        "correlation-data": "id",
        "payload-format-indicator": 1
      })
    }))

  it.scopedLive("--json tells what was published", () =>
    Effect.gen(function*() {
      const { at } = yield* broker()
      const { out } = yield* run(["pub", ...at, "-t", "a", "-m", "hé", "-q", "1", "-r", "--json"])
      assert.deepStrictEqual(JSON.parse(out), { topic: "a", qos: 1, retain: true, messages: 1, bytes: 3 })
    }))

  it.scopedLive("refusals end with the reason code of the broker", () =>
    Effect.gen(function*() {
      const { at } = yield* broker({
        authenticate: ({ password, username }) => username === "alice" && password !== undefined,
        authorize: (_, action, topic) => action === "subscribe" || topic !== "secret"
      })
      const message = ["-m", "x", "-q", "1"]
      const stranger = yield* run(["pub", ...at, "-t", "a", ...message, "--json"])
      assert.strictEqual(stranger.code, 0x86)
      assert.deepStrictEqual(JSON.parse(stranger.err[0]).error, {
        kind: "Refused",
        message: "The server refused the user name or password (reason code 0x86)",
        advice: "Check --username and the password.",
        reasonCode: 0x86,
        exitCode: 0x86
      })
      assert.strictEqual((yield* run(["pub", ...at, "-V", "311", "-t", "a", ...message])).code, 4)
      const alice = ["-u", "alice"]
      const refused = yield* run(["pub", ...at, ...alice, "-t", "secret", ...message], { env: { MQTT_PASSWORD: "pw" } })
      assert.strictEqual(refused.code, 0x87)
    }))

  it.scopedLive("a line that is refused ends pub -l, which does not wait for the next one", () =>
    Effect.gen(function*() {
      const { at } = yield* broker({ authorize: () => false })
      for (const qos of ["1", "2"]) {
        const words = ["pub", ...at, "-t", "secret", "-l", "-q", qos]
        const { ended } = yield* start(words, { stdin: "one\ntwo\n", isOpen: true })
        assert.strictEqual((yield* Effect.timeout(ended, "5 seconds")).code, 0x87)
      }
      const modest = yield* broker({ capabilities: { maximumQoS: 1 } })
      const { ended } = yield* start(["pub", ...modest.at, "-t", "a", "-l", "-q", "2"], { stdin: "x\n", isOpen: true })
      assert.strictEqual((yield* Effect.timeout(ended, "5 seconds")).code, 1)
    }))

  it.scopedLive("the password comes from the environment, a file, a URL, or -P with a warning", () =>
    Effect.gen(function*() {
      const { at, port } = yield* broker({
        authenticate: ({ password, username }) =>
          username === "al:ice" && password !== undefined &&
          new TextDecoder().decode(Redacted.value(password)) === "p@ss"
      })
      const files = yield* FileSystem.FileSystem
      const path = yield* files.makeTempFileScoped()
      yield* files.writeFileString(path, "p@ss\nnot this\n")
      const message = ["-t", "a", "-m", "x"]
      const named = ["pub", ...at, "-u", "al:ice", ...message]
      const quiet = [
        yield* run(named, { env: { MQTT_PASSWORD: "p@ss" } }),
        yield* run([...named, "--password-env", "PW"], { env: { PW: "p@ss", MQTT_PASSWORD: "wrong" } }),
        yield* run([...named, "--password-file", path]),
        yield* run(["pub", "-L", `mqtt://al%3Aice:p%40ss@127.0.0.1:${port}/a`, "-m", "x"]),
        yield* run([...named, "-P", "p@ss", "--quiet"])
      ]
      assert.deepStrictEqual(quiet.map(({ code, err }) => ({ code, err })), quiet.map(() => ({ code: 0, err: [] })))
      const { code, err } = yield* run([...named, "-P", "p@ss"])
      assert.strictEqual(code, 0)
      assert.match(err[0], /^Warning: others can see -P/)
    }).pipe(Effect.provide(NodeContext.layer)))

  it.effect.each(
    [
      [["pub", "-m", "x"], "mqtt: A message needs a topic. Name it with -t."],
      [
        ["pub", "-m", "x", "-L", "mqtt://127.0.0.1:1/a/+"],
        "mqtt: The topic of the URL has to be a topic, which has no + and no #."
      ],
      [
        ["rr", "-m", "x", "-L", "mqtt://127.0.0.1:1/a/+"],
        "mqtt: The topic of the URL has to be a topic, which has no + and no #."
      ],
      [
        ["sub", "-L", "mqtt://127.0.0.1:1/a/%23/b"],
        "mqtt: The topic of the URL has to be a filter, in which + and # fill their levels and # is the last one."
      ],
      [["pub", "-t", "a"], "mqtt: A message needs exactly one payload. Give one of -m, -f, -n, -s and --payload-size."],
      [["pub", "-t", "a", "-m", "x", "-n"], /exactly one payload/],
      [["pub", "-t", "a", "-l", "-m", "x"], /-l reads the payloads/],
      [
        ["pub", "-t", "a", "-f", "/nowhere/at/all"],
        "mqtt: The file /nowhere/at/all cannot be read. Look at its path and permissions."
      ],
      [["pub", "-V", "311", "-t", "a", "-m", "x", "-ct", "y"], /MQTT 3\.1\.1 has no properties/],
      [
        ["pub", "-V", "311", "-t", "a", "-m", "x", "-D", "publish", "content-type", "y"],
        /MQTT 3\.1\.1 has no properties/
      ],
      [["pub", "-t", "a", "-m", "x", "-D", "publish", "topic-alias", "1"], /-D publish takes .*, not "topic-alias"/],
      [["pub", "-t", "a", "-m", "x", "--will-payload", "y"], "mqtt: A will needs --will-topic."],
      [["pub", "-t", "a", "-m", "x", "-L", "mqtt://h", "-h", "g"], /--url already says where the broker is/],
      [["pub", "-t", "a", "-m", "zz", "--format", "hex"], "mqtt: The payload is not hexadecimal."],
      [["sub"], "mqtt: There is nothing to subscribe to. Name a filter with -t."],
      [["sub", "-t", "a", "-c"], "mqtt: A kept session needs a name. Give the client an identifier with --id."],
      [
        ["pub", "-t", "a", "-n", "-i", "me", "-I", "my_"],
        "mqtt: An identifier has no prefix. Give one of --id and --id-prefix."
      ],
      [
        ["pub", "-n", "-L", "http://127.0.0.1:1/a"],
        "mqtt: http: is not the beginning of a URL of a broker. It looks like mqtt://user:password@host:1883/topic."
      ],
      [["sub", "-t", "a", "-L", "localhost:1883"], /^mqtt: localhost: is not the beginning of a URL of a broker/],
      [
        ["pub", "-t", "a", "-n", "--auth-data", "x"],
        "mqtt: The data of an authentication needs its method. Name it with --auth-method."
      ],
      [["pub", "-t", "a", "-n", "-D", "connect", "authentication-data", "x"], /authentication needs its method/],
      [["pub", "-t", "a", "-n", "-V", "311", "--topic-alias-max", "3"], /MQTT 3\.1\.1 has no properties/],
      [
        ["pub", "-t", "a", "-n", "--cert", "/nowhere"],
        "mqtt: A certificate and its key belong together. Give both of --cert and --key."
      ],
      [["pub", "-t", "a", "-n", "--key", "/nowhere"], /^mqtt: A certificate and its key belong together/],
      [["pub", "-t", "a", "-n", "--key-password", "x"], "mqtt: There is no key for this password. Name it with --key."],
      [
        ["sub", "-t", "a", "-R", "--retained-only"],
        "mqtt: -R and --retained-only leave no message. Give one of them."
      ],
      [
        ["sub", "-t", "a", "--file-write", "a", "--file-save", "b"],
        "mqtt: Messages go to one place. Give one of --file-write and --file-save."
      ],
      [["conn", "-V", "311", "--no-problem-info"], /MQTT 3\.1\.1 has no properties/],
      [["conn", "-V", "311", "--request-response-info"], /MQTT 3\.1\.1 has no properties/],
      [["sub", "-t", "a", "-F", "%Z"], /The format has "%Z"/],
      [["sub", "-V", "311", "-t", "a", "--no-local"], /In MQTT 3\.1\.1 a subscription has no options/]
    ] as const
  )(
    "%j is refused before anything is sent",
    ([words, complaint]) =>
      Effect.map(run(words, { env: { HOME: "/tmp" } }), ({ code, err, out }) => {
        assert.deepStrictEqual({ code, out, count: err.length }, { code: 1, out: "", count: 1 })
        if (typeof complaint === "string") assert.strictEqual(err[0], complaint)
        else assert.match(err[0], complaint)
      })
  )

  it.live("no broker is one sentence, with JSON one object", () =>
    Effect.gen(function*() {
      const { code, err } = yield* run(["pub", "-p", "1", "-t", "a", "-m", "x", "-h", "127.0.0.1", "--json"])
      assert.strictEqual(code, 1)
      assert.strictEqual(JSON.parse(err[0]).error.kind, "Connection")
      assert.strictEqual(err.length, 1)
      assert.deepStrictEqual((yield* run(["pub", "-p", "1", "-h", "127.0.0.1", "-t", "a", "-n", "--quiet"])).err, [])
    }))
})

describe("a link that is lost", () => {
  it.scopedLive.each(
    [
      ["pub", ["-m", "x", "--repeat", "1000", "--repeat-delay", "0.05"], {}],
      ["pub -l, which does not wait for a line that may never come", ["-l"], { stdin: "one\n", isOpen: true }]
    ] as const
  )("ends %s, which says so once", ([, options, input]) =>
    Effect.gen(function*() {
      const { at, server } = yield* broker()
      const came = yield* Deferred.make<void>()
      yield* server.observe("t", () => Deferred.unsafeDone(came, Effect.void))
      const words = ["pub", ...at, "-i", "me", "-t", "t", ...options]
      const { ended } = yield* start(words, input)
      yield* Deferred.await(came)
      yield* server.disconnect("me")
      const { code, err } = yield* ended
      assert.strictEqual(code, 0x98)
      assert.lengthOf(err, 1, err.join("\n"))
      assert.match(err[0] ?? "", /^mqtt: The server ended the connection/)
    }))

  it.scopedLive("ends pub -l, which does not wait for a line that may never come", () =>
    Effect.gen(function*() {
      const { at, server } = yield* broker()
      const came = yield* Deferred.make<void>()
      yield* server.observe("t", () => Deferred.unsafeDone(came, Effect.void))
      const words = ["pub", ...at, "-i", "me", "-t", "t", "-l"]
      const { ended } = yield* start(words, { stdin: "one\n", isOpen: true })
      yield* Deferred.await(came)
      yield* server.disconnect("me")
      const { code, err } = yield* ended
      assert.strictEqual(code, 0x98)
      assert.lengthOf(err, 1, err.join("\n"))
      assert.match(err[0] ?? "", /^mqtt: The server ended the connection/)
    }))

  it.scopedLive("to another client with its identifier ends sub, which says so once", () =>
    Effect.gen(function*() {
      const { at, server } = yield* broker()
      const { ended } = yield* start(["sub", ...at, "-i", "me", "-t", "t"])
      yield* server.awaitSubscription("t")
      yield* run(["pub", ...at, "-i", "me", "-t", "other", "-n"])
      const { code, err } = yield* ended
      assert.strictEqual(code, 0x8e)
      assert.lengthOf(err, 1, err.join("\n"))
      assert.match(err[0] ?? "", /^mqtt: Another client took over the session/)
    }))
})

describe("mqtt rr, conn, test, bench, broker", () => {
  it.scopedLive.each(["5", "311"])(
    "rr in version %s writes the response, not one that was kept of an earlier request",
    (version) =>
      Effect.gen(function*() {
        const { at, server } = yield* broker()
        yield* server.publish({ topic: "answers", payload: "old", retain: true })
        const question = yield* Deferred.make<Uint8Array | undefined>()
        yield* server.observe("ask", ({ properties }) => {
          Deferred.unsafeDone(question, Effect.succeed(properties?.correlationData))
        })
        const { ended } = yield* start(["rr", ...at, "-V", version, "-t", "ask", "-e", "answers", "-m", "2+2", "-v"])
        const correlationData = yield* Deferred.await(question)
        yield* server.publish({ topic: "answers", payload: "4", retain: true, properties: { correlationData } })
        assert.strictEqual((yield* ended).out, "answers 4\n")
      })
  )

  it.scopedLive("rr gives up after -W with 27", () =>
    Effect.gen(function*() {
      const { at } = yield* broker()
      for (const version of ["5", "311"]) {
        const words = ["rr", ...at, "-V", version, "-t", "ask", "-e", "answers", "-m", "x", "-W", "0.05"]
        assert.strictEqual((yield* run(words)).code, 27)
      }
    }))

  it.scopedLive.each([["sub"], ["rr", "-e", "answers", "-m", "x"]])(
    "%s -W counts the time to connect",
    (command) =>
      Effect.gen(function*() {
        const { at } = yield* broker({ authenticate: () => Effect.never })
        const { code, err } = yield* Effect.timeout(run([...command, ...at, "-t", "ask", "-W", "0.2"]), "5 seconds")
        assert.deepStrictEqual({ code, err }, { code: 27, err: ["mqtt: The time limit of -W is over."] })
      })
  )

  it.scopedLive("conn shows what was agreed on, and round trips", () =>
    Effect.gen(function*() {
      const { at, port } = yield* broker()
      const { out } = yield* run([
        "conn",
        ...at,
        "-i",
        "me",
        "-k",
        "30",
        "--ping",
        "2",
        "--ping-interval",
        "1",
        "--json"
      ])
      const [link, ...pings] = lines(out).map((line) => JSON.parse(line))
      const { connectMillis, ...settings } = link
      assert.isNumber(connectMillis)
      assert.deepInclude(settings, {
        url: `mqtt://127.0.0.1:${port}`,
        protocolVersion: "5.0",
        clientId: "me",
        sessionPresent: false,
        sessionExpiry: 0,
        keepAlive: 30,
        maximumQoS: 2,
        retainAvailable: true
      })
      assert.deepStrictEqual(pings.map(({ ping }) => ping), [1, 2])
      const endless = yield* run(["conn", ...at, "-x", "never", "--json"])
      assert.strictEqual(JSON.parse(endless.out).sessionExpiry, "never")
      assert.match((yield* run(["conn", ...at])).out, /^client id +mqtt_\w{12}$/m)
    }))

  it.scopedLive("conn asks for response information, and for what is said of problems unless told not to", () =>
    Effect.gen(function*() {
      const { at, packets } = yield* recordingServer
      const asked = ["-D", "connect", "request-problem-information", "0"]
      for (const words of [[], ["--request-response-info"], ["--no-problem-info"], asked]) {
        assert.strictEqual((yield* run(["conn", ...at, ...words])).code, 0)
      }
      const properties = packets.flatMap((packet) => packet._tag === "Connect" ? [packet.properties] : [])
      assert.deepStrictEqual(
        properties.map((sent) => [sent?.requestResponseInformation, sent?.requestProblemInformation]),
        [[1, undefined], [1, undefined], [1, 0], [1, 0]]
      )
    }))

  it.scopedLive("test tries both versions", () =>
    Effect.gen(function*() {
      const { at } = yield* broker({ capabilities: { sharedSubscriptions: false } })
      const { code, err, out } = yield* run(["test", ...at, "--json"])
      assert.deepStrictEqual({ code, err }, { code: 0, err: [] })
      const good = { connect: true, qos0: true, qos1: true, qos2: true, retained: true, wildcards: true }
      const [modern, old] = lines(out).map((line) => JSON.parse(line))
      assert.deepInclude(modern, { ...good, protocolVersion: "5.0" })
      assert.match(modern.shared, /^no: Subscribing to .* failed/)
      assert.deepInclude(old, { ...good, protocolVersion: "3.1.1" })
    }))

  it.scopedLive("bench counts connections and messages", () =>
    Effect.gen(function*() {
      const { at, server } = yield* broker()
      const few = [...at, "-n", "3", "--interval", "0", "--json"]
      assert.deepInclude(JSON.parse((yield* run(["bench", "conn", ...few])).out), { connections: 3, failed: 0 })
      const counting = yield* start(["bench", "sub", ...few, "-t", "bench/%i", "--limit", "20", "-q", "1"])
      yield* counting.until("subscribed")
      const sent = yield* run(["bench", "pub", ...few, "-t", "bench/%i", "--limit", "20", "-q", "1", "-S", "8"])
      assert.deepInclude(JSON.parse(sent.out), { connections: 3, messages: 60 })
      assert.deepInclude(JSON.parse((yield* counting.ended).out), { connections: 3, messages: 60 })
      assert.strictEqual((yield* server.stats).messagesReceived, 60)
    }))

  it.scopedLive("broker lets in whom it is told to", () =>
    Effect.gen(function*() {
      const { port } = yield* broker()
      const busy = yield* run(["broker", "-p", `${port}`])
      assert.strictEqual(busy.code, 1)
      assert.match(busy.err[0], /^mqtt: Cannot listen on 127\.0\.0\.1 port \d+: the port is in use\. Choose another/)
      assert.match((yield* run(["broker", "-u", "alice"])).err[0], /--username needs a password/)
    }))
})
