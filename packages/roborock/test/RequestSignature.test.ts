import { RequestSignature } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { vectorCases } from "./vectors.ts"

const rriot: RequestSignature.Rriot = {
  u: "2eFqTLkM0SnT5XrhLpB3Vq",
  s: Redacted.make("pass12"),
  h: Redacted.make("hawkkey123")
}
const at = { timestamp: 1700000000, nonce: "AbCdEf12" }

describe("RequestSignature, worked examples", () => {
  it("GET", () => {
    assert.strictEqual(
      RequestSignature.mac(rriot, { ...at, path: "/v3/user/homes/123456" }),
      "soL8nSYVZY97nuJ7learocQ/1x31mgLnk7sHf92eMgU="
    )
  })

  it("form", () => {
    const form = { tzid: "Europe/Berlin", hid: "123456" }
    assert.strictEqual(
      RequestSignature.mac(rriot, { ...at, path: "/nc/prepare", form }),
      "YGMNtpIf/slO+pDYWmHB6A+seRwg3ywQ4eqpEPb4FxU="
    )
  })

  it("JSON body", () => {
    const json = "{\"cron\":\"0 9 * * *\",\"enabled\":true}"
    assert.strictEqual(
      RequestSignature.mac(rriot, { ...at, path: "/user/devices/dev1/jobs", json }),
      "XC4wkJvzKbdEZ3WEgYHBl4AcNUL5xS9ewt6k71wLOxo="
    )
  })

  it("a server can check what a client signed", () => {
    const request = { path: "/v3/user/homes/123456", query: { b: "2", a: "1" } }
    const header = RequestSignature.authorization(rriot, { ...at, ...request })
    assert.notInclude(String(header), "pass12")
    assert.deepStrictEqual(RequestSignature.verify(rriot, Redacted.value(header), request), at)
    assert.isUndefined(RequestSignature.verify(rriot, Redacted.value(header), { path: "/other" }))
    assert.isUndefined(RequestSignature.verify({ ...rriot, s: Redacted.make("x") }, Redacted.value(header), request))
    assert.isUndefined(RequestSignature.verify(rriot, "Bearer x", request))
  })
})

interface HawkInputs {
  readonly rriot: { readonly u: string; readonly s: string; readonly h: string }
  readonly path: string
  readonly timestamp: number
  readonly nonce: string
  readonly queryParams?: Record<string, string>
  readonly formData?: Record<string, string>
  readonly jsonBodyBytesUtf8?: string
}
const hawkCases = vectorCases<HawkInputs, { authorization: string; mac: string }>("hawk-signature")
describe.skipIf(hawkCases === undefined)("RequestSignature, shared vectors", () => {
  for (const { name, inputs, expected } of hawkCases ?? []) {
    it(name, () => {
      const { u, s, h } = inputs.rriot
      const header = RequestSignature.authorization({ u, s: Redacted.make(s), h: Redacted.make(h) }, {
        path: inputs.path,
        timestamp: inputs.timestamp,
        nonce: inputs.nonce,
        query: inputs.queryParams,
        form: inputs.formData,
        json: inputs.jsonBodyBytesUtf8
      })
      assert.strictEqual(Redacted.value(header), expected?.authorization)
    })
  }
})
