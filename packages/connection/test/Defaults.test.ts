import { Reconnect } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { readFileSync } from "node:fs"
import { make } from "../src/internal/client/settings.ts"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
const driver = readFileSync(new URL("../src/internal/client/driver.ts", import.meta.url), "utf8")

/** The defaults that the README states, by option. */
const stated = new Map(
  Array.from(
    (readme.split("## Defaults and bounds")[1] ?? "").split("\n## ")[0]?.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm) ?? [],
    ([, option = "", value = ""]) => [option, value.trim()]
  )
)

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
      streamMessages: `${settings.bufferMessages}`,
      streamBytes: size(settings.bufferBytes),
      readAheadBytes: size(settings.readAheadBytes),
      consumerTimeout: time(settings.consumerTimeout),
      stableAfter: time(settings.stableAfter),
      drainTimeout: time(settings.drainTimeout)
    }
    for (const [option, value] of Object.entries(actual)) assert.strictEqual(stated.get(option), value, option)
    assert.include(driver, `options.reconnect ?? Reconnect.${stated.get("reconnect")}`)
    assert.isDefined(Reconnect.forever)
  })

  it("name every option", () => {
    const options = ["ConnectionOptions.ts", "MqttClient.ts"].flatMap((file) => {
      const source = readFileSync(new URL(`../src/${file}`, import.meta.url), "utf8")
      const body = /export interface (?:Connection)?Options .*?\n\}/s.exec(source)?.[0] ?? ""
      return Array.from(body.matchAll(/^ {2}readonly (\w+)\?: /gm), ([, option = ""]) => option)
    })
    assert.isAbove(options.length, 20)
    const withoutDefault = ["username", "password", "will", "authentication"]
    assert.sameMembers([...stated.keys(), ...withoutDefault], options)
  })
})
