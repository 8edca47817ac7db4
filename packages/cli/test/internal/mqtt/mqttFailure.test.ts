import { MqttError } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import * as mqttFailure from "../../../src/internal/mqtt/mqttFailure.ts"

describe("what to do about a link that cannot be made", () => {
  it.each<readonly [MqttError.TransportError["reason"], string]>([
    ["Open", "--host"],
    ["Untrusted", "--cafile"],
    ["ProxyDenied", "--proxy"],
    // The host and the port were right, or nothing had answered.
    ["UpgradeRefused", "--ws-path"],
    ["NoSubprotocol", "--ws-path"]
  ])("%s: names %s", (reason, option) => {
    const cause = new MqttError.TransportError({ reason })
    const failure = mqttFailure.fromMqtt(new MqttError.ConnectError({ reason: "Transport", retryable: true, cause }))
    assert.include(failure.advice, option)
    assert.strictEqual(failure.exitCode, 1)
  })
})
