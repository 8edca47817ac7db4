import { MqttError } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"

const { AuthError, ConnectError, PublishError, SubscribeError, TransportError } = MqttError

describe("MqttError", () => {
  it.each<[MqttError.MqttError, string]>([
    [
      new TransportError({ reason: "Open", cause: new Error("connect ECONNREFUSED") }),
      "The peer cannot be reached: connect ECONNREFUSED"
    ],
    [new TransportError({ reason: "OpenTimeout" }), "The peer did not answer in time"],
    [new TransportError({ reason: "Read" }), "Reading from the link failed"],
    [new TransportError({ reason: "Write" }), "Writing to the link failed"],
    [new TransportError({ reason: "Closed" }), "The link was closed"],
    [
      new AuthError({ reason: "BadCredentials", reasonCode: 0x86, reasonString: "who?" }),
      "The server refused the user name or password (reason code 0x86): who?"
    ],
    [
      new ConnectError({ reason: "ConnectRefused", retryable: false, reasonCode: 2 }),
      "The server refused the connection (reason code 0x02)"
    ],
    [
      new ConnectError({ reason: "Transport", retryable: true, cause: new TransportError({ reason: "Closed" }) }),
      "There is no link to the server: The link was closed"
    ],
    [
      new PublishError({ reason: "QueueFull", topic: "a/b" }),
      "Publishing to \"a/b\" failed: too many messages are waiting"
    ],
    [
      new SubscribeError({ reason: "SubscribeRejected", filter: "a/#", reasonCode: 0x87 }),
      "Subscribing to \"a/#\" failed: the server rejected it (reason code 0x87)"
    ],
    [
      // May be told to one who was leaving.
      new SubscribeError({ reason: "Closed", filter: "a/#" }),
      "The subscription to \"a/#\" failed: the client is closed"
    ]
  ])("%s", (error, message) => {
    assert.strictEqual(error.message, message)
  })

  it("credentials are never worth another try by themselves", () => {
    assert.isFalse(new AuthError({ reason: "Banned" }).retryable)
  })

  it("what a server says stays on one line, and short", () => {
    const { message } = new AuthError({
      reason: "Banned",
      reasonString: `no\nERROR forged line\u001b[2J\u2028${"x".repeat(10_000)}`
    })
    assert.match(message, /^[\u0020-\u007e]*$/)
    assert.isBelow(message.length, 300)
    assert.notInclude(new PublishError({ reason: "QueueFull", topic: "a\nb" }).message, "\n")
  })
})
