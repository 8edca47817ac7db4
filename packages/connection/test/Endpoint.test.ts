import { Endpoint } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"

describe("Endpoint", () => {
  it.each<[string, string]>([
    ["mqtt://localhost", "mqtt://localhost:1883"],
    ["tcp://localhost:1234", "mqtt://localhost:1234"],
    ["mqtts://broker.example", "mqtts://broker.example:8883"],
    ["ssl://broker.example:1", "mqtts://broker.example:1"],
    ["tls://broker.example", "mqtts://broker.example:8883"],
    ["mqtt://[::1]:1884", "mqtt://[::1]:1884"],
    ["mqtt://bücher.example", "mqtt://xn--bcher-kva.example:1883"],
    ["mqtts://Broker.EXAMPLE", "mqtts://broker.example:8883"],
    ["mqtt://127.1:80", "mqtt://127.0.0.1:80"],
    ["ws://h", "ws://h:80/mqtt"],
    ["wss://bücher.example", "wss://xn--bcher-kva.example:443/mqtt"],
    ["wss://h/path?x=1", "wss://h:443/path?x=1"],
    ["unix:///run/my%20broker", "unix:///run/my broker"]
  ])("%s is %s", (url, expected) => {
    assert.strictEqual(Endpoint.format(Either.getOrThrow(Endpoint.parse(url))), expected)
  })

  it("keeps the brackets out of an IPv6 host", () => {
    assert.strictEqual(Either.getOrThrow(Endpoint.parse("mqtt://[::1]")).host, "::1")
  })

  it.each(["localhost", "localhost:1883", "http://host"])("says how to write it to whoever wrote %j", (url) => {
    const { message } = Either.getOrThrow(Either.flip(Endpoint.parse(url)))
    assert.match(message, /; (it|a URL) is like mqtt:\/\/host:1883$/)
  })

  it.each([
    "",
    "localhost",
    "http://host",
    "mqtt://",
    "mqtt://host:99999",
    "mqtt://256.1.1.1",
    "mqtt://a%00b",
    "unix://",
    "unix://run/socket",
    "unix:///%E0%A4%A",
    "mqtt://user:hunter2@host",
    "mqtt://user@host"
  ])("refuses %j, without quoting it", (url) => {
    const result = Endpoint.parse(url)
    if (Either.isRight(result)) assert.fail(Endpoint.format(result.right))
    assert.deepInclude(result.left, { _tag: "ConnectError", reason: "InvalidEndpoint", retryable: false })
    assert.notInclude(result.left.message, "hunter2")
  })
})
