import { Packet } from "@effect-mqtt/codec"
import * as Mosquitto from "@effect-mqtt/interop/mosquitto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import * as Http from "node:http"
import { Broker } from "../../src/index.ts"
import { NodeBroker } from "../../src/node/index.ts"
import { bytesOf, isConnect, rows } from "../malformedRows.ts"
import { authenticating, mechanisms } from "./authenticating.ts"
import { bounds, lesser } from "./bounds.ts"
import type { Check } from "./check.ts"
import { connecting } from "./connecting.ts"
import { delivering } from "./delivering.ts"
import { ending } from "./ending.ts"
import type { Target } from "./peer.ts"
import { connect, open } from "./peer.ts"
import { subscribing } from "./subscribing.ts"
import { tolerating } from "./tolerating.ts"

/** Where Mosquitto 2.0.11 does something else: the checks are held against it, too, so that they are not only ours. */
const deviations: ReadonlyMap<string, string> = new Map([
  ["3.1.4-3", "ends the old connection without DISCONNECT"],
  ["3.14.2-2", "ends the old connection without DISCONNECT"],
  ["3.2.2 (Receive Maximum)", "takes more than it announced"],
  ["3.3.4-9 3.3.4-10 4.9.0-2 4.9.0-3", "takes a PUBREC for the end of an exchange"],
  ["4.8.2 (retained)", "sends retained messages"],
  ["4.8.2-1 4.8.2-2", "takes $share/g for an ordinary filter"],
  ["3.8.3-4", "ends the connection as malformed"],
  ["3.1.2-8 (taken over)", "publishes no will for a connection that is taken over"],
  ["3.1.3.2.2 (end of the session)", "waits for the whole delay"],
  ["3.3.4-6", "takes it"],
  ["4.3.2 4.3.3 (unknown identifiers)", "answers an unknown PUBREC with success"]
])

/** One broker for all checks, which keep to names of their own and so can run side by side. */
const suite = <E>(name: string, listen: Effect.Effect<Target, E, Scope.Scope>, checks: ReadonlyArray<Check>) =>
  describe(name, () => {
    const scope = Effect.runSync(Scope.make())
    const listening = Effect.runSync(Effect.cached(Scope.extend(listen, scope)))
    beforeAll(() => Effect.runPromise(Effect.asVoid(listening)))
    afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
    it.scopedLive.each(
      checks.flatMap((check) =>
        check.versions.map((version) => [`${check.ids}, level ${version}: ${check.what}`, check, version] as const)
      )
    )("%s", ([, check, version]) => Effect.flatMap(listening, (target) => check.run(target, version)))
  })

const own = (options: Broker.Options = {}) =>
  Effect.flatMap(Broker.make(options), (broker) => NodeBroker.listenTcp(broker))
const mosquitto = (...settings: ReadonlyArray<string>) =>
  Mosquitto.open(["sys_interval 1", "set_tcp_nodelay true", ...settings])
const all = [...connecting, ...bounds, ...delivering, ...subscribing, ...ending, ...tolerating]

const malformed = rows.map((row): Check => ({
  ids: "4.13.1-1",
  what: `${row.name} ends the connection`,
  versions: [row.version],
  run: (target, version) =>
    Effect.gen(function*() {
      const bytes = bytesOf(row)
      const peer = isConnect(bytes) ? yield* open(target, version) : yield* connect(target, version)
      yield* peer.sendBytes(bytes)
      yield* peer.ended
    })
}))

describe.concurrent("over TCP", () => {
  suite("the embedded broker", own(), [...all, ...malformed])
  suite("the embedded broker, with less", own({ capabilities: { maximumQoS: 1, retain: false } }), lesser)
  suite("the embedded broker, with a mechanism", own({ mechanisms }), authenticating)

  describe.skipIf(Mosquitto.version === undefined)("Mosquitto", () => {
    suite("as it is", mosquitto(), all.filter(({ ids }) => !deviations.has(ids)))
    suite("with less", mosquitto("max_qos 1", "retain_available false"), lesser)
  })
})

describe("6.0.0-4", () => {
  it.scopedLive("the subprotocol mqtt is selected, and a client that does not offer it is refused", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const { url } = yield* NodeBroker.listenWebSocket(broker)
      const upgrade = (protocols: ReadonlyArray<string>) =>
        Effect.async<{ readonly status: number; readonly protocol: string | undefined }>((resume) => {
          const headers = {
            connection: "Upgrade",
            upgrade: "websocket",
            "sec-websocket-version": "13",
            "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
            ...(protocols.length === 0 ? {} : { "sec-websocket-protocol": protocols.join(", ") })
          }
          const request = Http.get(url.replace("ws:", "http:"), { headers })
          const answer = (response: Http.IncomingMessage) => {
            response.socket.destroy()
            const protocol = response.headers["sec-websocket-protocol"]
            resume(Effect.succeed({ status: response.statusCode ?? 0, protocol }))
          }
          request.on("upgrade", answer).on("response", answer).on("error", () => {})
        })
      assert.deepStrictEqual(yield* upgrade(["other", "mqtt"]), { status: 101, protocol: "mqtt" })
      for (const protocols of [[], ["mqttv3.1", "chat"]]) {
        assert.strictEqual((yield* upgrade(protocols)).status, 400)
      }
    }))
})

describe("beside the standard", () => {
  it.scopedLive("a packet in single bytes, and many in one segment, are read alike", () =>
    Effect.gen(function*() {
      const peer = yield* connect(yield* own(), 5)
      for (const byte of [0xc0, 0x00, 0xc0, 0x00]) yield* peer.sendBytes(Uint8Array.of(byte))
      yield* peer.expect("PingResp")
      yield* peer.expect("PingResp")
      yield* peer.send(...Array.from({ length: 100 }, () => Packet.pingReq))
      for (let count = 0; count < 100; count++) yield* peer.expect("PingResp")
    }))
})
