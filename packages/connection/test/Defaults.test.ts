import { Reconnect } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { readFileSync } from "node:fs"
import { make } from "../src/internal/client/engine/settings.ts"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
const links = readFileSync(new URL("../src/internal/client/connecting/links.ts", import.meta.url), "utf8")

const section = (readme.split("## Defaults and bounds")[1] ?? "").split("\n## ")[0] ?? ""

const rows = (pattern: RegExp) =>
  new Map(Array.from(section.matchAll(pattern), ([, name = "", value = ""]) => [name, value.trim()]))

/** The defaults that the README states, by option, and its other bounds, by name. */
const stated = rows(/^\| `(\w+)` \| ([^|]+) \|/gm)
const bounds = rows(/^\| ([a-zA-Z ]+) \| (\d[^|]*) \|/gm)

const time = (millis: number) => millis === 3_600_000 ? "1 h" : `${millis / 1000} s`
const size = (bytes: number) => `${bytes / 1024 / 1024} MiB`

describe("the defaults in the README", () => {
  it("are those of the code", () => {
    const settings = Either.getOrThrow(make({}))
    const actual: Record<string, string> = {
      protocolVersion: `${settings.protocolVersion}`,
      cleanStart: `${settings.cleanStart}`,
      sessionExpiry: time(settings.sessionExpiry),
      keepAlive: time(settings.keepAlive),
      pingLead: time(settings.pingLead(settings.keepAlive)),
      connectTimeout: time(settings.connectTimeout),
      connAckTimeout: time(settings.connAckTimeout),
      acknowledgementTimeout: time(settings.acknowledgementTimeout),
      maxInFlight: `${settings.inFlight}`,
      receiveMaximum: `${settings.receiveMaximum}`,
      topicAliasMaximum: `${settings.topicAliasMaximum}`,
      maxTopicAliases: `${settings.maxTopicAliases}`,
      maxPacketBytes: size(settings.maxPacketBytes),
      queueMessages: `${settings.queueMessages}`,
      queueBytes: size(settings.queueBytes),
      queueOverflow: settings.queueOverflow,
      queueRetention: settings.queueRetention,
      gatePublishes: `${settings.gatePublishes}`,
      streamMessages: `${settings.bufferMessages}`,
      streamBytes: size(settings.bufferBytes),
      readAheadBytes: size(settings.readAheadBytes),
      consumerTimeout: time(settings.consumerTimeout),
      unsubscribeDelay: time(settings.unsubscribeDelay),
      replayRetained: `${settings.replayRetained}`,
      resubscribeOnResume: `${settings.resubscribeOnResume}`,
      stableAfter: time(settings.stableAfter),
      requestTimeout: time(settings.requestTimeout),
      maxRequests: `${settings.maxRequests}`,
      drainTimeout: time(settings.drainTimeout)
    }
    for (const [option, value] of Object.entries(actual)) assert.strictEqual(stated.get(option), value, option)
    assert.include(links, `options.reconnect ?? Reconnect.${stated.get("reconnect")}`)
    assert.isDefined(Reconnect.forever)
  })

  it("and so are the bounds that are no options", () => {
    const constant = (file: string, name: string): number => {
      const source = readFileSync(new URL(`../src/${file}.ts`, import.meta.url), "utf8")
      return Number(
        new RegExp(`const ${name} = (?:Duration.seconds\\()?([\\d_]+)`).exec(source)?.[1]?.replaceAll("_", "")
      )
    }
    const actual = {
      "answer to a ping": time(constant("internal/session/linking/keepAlive", "answerMillis")),
      "extensions of it": `${constant("internal/session/linking/keepAlive", "mostExtensions")}`,
      goodbye: time(constant("internal/client/link/pump", "goodbyeTimeout")),
      "last commit": time(constant("internal/client/engine/durability", "finishTimeout") * 1000),
      "links that end alike": `${constant("internal/client/connecting/retry", "mostInARow")}`,
      "links that end at once": time(constant("internal/client/connecting/retry", "atOnceMillis")),
      "steps of an authentication": `${constant("internal/session/linking/authentication", "mostRounds")}`,
      redirects: `${constant("internal/client/connecting/endpoints", "mostRedirects")}`,
      "servers of one redirect": `${constant("internal/client/connecting/endpoints", "mostServers")}`,
      "identifiers kept free": `${constant("internal/session/sending/sendWindow", "reservedIds")}`,
      "status changes": `${constant("internal/client/observing/live", "heldForReader")}`
    }
    assert.deepStrictEqual(Object.fromEntries(bounds), actual)
  })

  it("name every option", () => {
    const options = ["ConnectionOptions.ts", "ClientOptions.ts", "MqttClient.ts"].flatMap((file) => {
      const source = readFileSync(new URL(`../src/${file}`, import.meta.url), "utf8")
      const body = /export interface (?:Connection|Client)?Options .*?\n\}/s.exec(source)?.[0] ?? ""
      return Array.from(body.matchAll(/^ {2}readonly (\w+)\?: /gm), ([, option = ""]) => option)
    })
    assert.isAbove(options.length, 20)
    const withoutDefault = ["username", "password", "will", "authentication"]
    assert.sameMembers([...stated.keys(), ...withoutDefault], options)
  })
})
