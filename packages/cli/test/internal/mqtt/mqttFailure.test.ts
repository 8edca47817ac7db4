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

describe("what to do about a message or a filter that is rejected", () => {
  it.each<readonly [number, string | undefined]>([
    [0x80, "The broker may not allow this topic to this user."],
    [0x87, "The broker does not allow this topic to this user."],
    [0x97, "The broker has a limit that is reached: try again later."],
    [0x99, undefined]
  ])("code %i: %s", (reasonCode, advice) => {
    for (
      const error of [
        new MqttError.PublishError({ reason: "PublishRejected", topic: "a", reasonCode }),
        new MqttError.SubscribeError({ reason: "SubscribeRejected", filter: "a", reasonCode })
      ]
    ) {
      const failure = mqttFailure.fromMqtt(error)
      assert.strictEqual(failure.advice, advice)
      assert.strictEqual(failure.exitCode, reasonCode)
    }
  })
})
