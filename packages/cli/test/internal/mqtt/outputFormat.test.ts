import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import type { Arrival } from "../../../src/internal/mqtt/messageJson.ts"
import * as formats from "../../../src/internal/mqtt/outputFormat.ts"

const arrival: Arrival = {
  at: Date.UTC(2026, 6, 4, 12, 30, 15, 250),
  message: {
    topic: "greeting",
    payload: new TextEncoder().encode("{\"a\":1}"),
    qos: 1,
    retain: true,
    dup: false,
    properties: {
      contentType: "application/json",
      responseTopic: "answers",
      correlationData: new TextEncoder().encode("id-7"),
      messageExpiryInterval: 60,
      payloadFormatIndicator: 1,
      userProperties: [["k", "v"], ["l", "w"]]
    }
  }
}

const written = (format: string, { message = {}, isPretty = false }: {
  readonly message?: Partial<Arrival["message"]>
  readonly isPretty?: boolean
} = {}) => {
  const bytes = Either.getOrThrow(formats.parse(format, isPretty))({
    ...arrival,
    message: { ...arrival.message, ...message }
  })
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
}

describe("-F", () => {
  it.each([
    ["%t|%p|%q|%r|%l|%%", "greeting|{\"a\":1}|1|1|7|%"],
    ["%x %X", "7b2261223a317d 7B2261223A317D"],
    ["%C %R %D %E %F %P", "application/json answers id-7 60 1 k:v l:w"],
    ["[%12t][%-12t][%.3t][%6.3t]", "[    greeting][greeting    ][gre][   gre]"],
    ["[%5l][%05l][%-05l]", "[    7][00007][7    ]"],
    ["[%010p]", "[   {\"a\":1}]"],
    ["\\t\\n\\\\\\0\\a\\e", "\t\n\\\0\x07\x1b"],
    ["@@ @Y", "@ 2026"],
    ["%A|%S|%m", "||"],
    ["", ""]
  ])("%j", (format, expected) => assert.strictEqual(written(format), expected))

  it("dates and times", () => {
    assert.match(written("%I") ?? "", /^2026-07-0\dT\d\d:\d\d:15[+-]\d{4}$/)
    assert.strictEqual(written("%U @s.@N"), "1783168215.250000000 1783168215.250000000")
    assert.match(written("@F @T @z") ?? "", /^2026-07-0\d \d\d:\d\d:15 [+-]\d{4}$/)
  })

  it("%j is the message as JSON", () => {
    const { tst, ...rest } = JSON.parse(written("%j") ?? "")
    assert.match(tst, /^2026-07-0\dT\d\d:\d\d:15\.250000[+-]\d{4}$/)
    assert.deepStrictEqual(rest, {
      topic: "greeting",
      qos: 1,
      retain: 1,
      payloadlen: 7,
      properties: {
        "content-type": "application/json",
        "user-properties": { k: "v", l: "w" },
        "response-topic": "answers",
        "correlation-data": "id-7",
        "payload-format-indicator": 1,
        "message-expiry-interval": 60
      },
      payload: "{\"a\":1}"
    })
    assert.include(written("%j", { isPretty: true }) ?? "", "\n  \"topic\": \"greeting\"")
  })

  it("%j: an empty payload is null, one that is no text is base64, repeated names are a list", () => {
    const payloadOf = (message: Partial<Arrival["message"]>) => JSON.parse(written("%j", { message }) ?? "")
    assert.isNull(payloadOf({ payload: new Uint8Array() }).payload)
    const binary = payloadOf({ payload: Uint8Array.of(0xff, 0x00) })
    assert.strictEqual(binary.payloadBase64, "/wA=")
    assert.notProperty(binary, "payload")
    const repeated = payloadOf({ properties: { userProperties: [["k", "1"], ["k", "2"]] } })
    assert.deepStrictEqual(repeated.properties, { "user-properties": { k: ["1", "2"] } })
    assert.notProperty(payloadOf({ properties: undefined }), "properties")
  })

  it("%J holds the payload as JSON, and nothing is written for one that is none", () => {
    assert.deepStrictEqual(JSON.parse(written("%J") ?? "").payload, { a: 1 })
    assert.isUndefined(written("%J", { message: { payload: Uint8Array.of(0x61) } }))
  })

  it("the payload is written byte by byte", () => {
    const bytes = Either.getOrThrow(formats.parse("%p", false))({
      ...arrival,
      message: { ...arrival.message, payload: Uint8Array.of(0, 0xff, 0x0a) }
    })
    assert.deepStrictEqual(bytes, Uint8Array.of(0, 0xff, 0x0a))
  })

  it.each(["%Z", "%", "@", "@!", "\\q", "%99999999t"])("%j stands for nothing", (format) => {
    assert.isTrue(Either.isLeft(formats.parse(format, false)))
  })
})
