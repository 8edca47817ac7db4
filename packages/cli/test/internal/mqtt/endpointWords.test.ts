import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { read } from "../../../src/internal/mqtt/endpointWords.ts"

const topicOf = (url: string) =>
  Either.getOrThrow(read({
    url,
    host: undefined,
    port: undefined,
    unix: undefined,
    ws: false,
    wsPath: undefined,
    tls: false,
    caFile: undefined,
    caPath: undefined,
    cert: undefined,
    key: undefined,
    insecure: false
  }, undefined)).topic

describe("the topic of a URL", () => {
  it.each([
    ["mqtt://h/a/b", "a/b"],
    ["mqtt://u:p%2Fq@h:1883/a%20b", "a b"],
    ["mqtt://h/#", "#"],
    ["mqtt://h/a/#", "a/#"],
    ["mqtt://h/+/a?b/c", "+/a?b/c"],
    ["mqtt://h//a/../b", "/a/../b"],
    ["mqtt://h/", undefined],
    ["mqtt://h", undefined],
    ["ws://h/mqtt", undefined]
  ])("of %s is %s", (url, topic) => {
    assert.strictEqual(topicOf(url), topic)
  })
})
