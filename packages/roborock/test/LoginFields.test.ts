import { LoginFields } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { vectorCases } from "./vectors.ts"

describe("LoginFields, worked examples", () => {
  it("client id", () => {
    assert.strictEqual(LoginFields.clientId("user@domain.com", "dGVzdGRldmljZWlkMDE"), "DxMdrGCoXGWlwmGi8PQMsw==")
  })

  it("password", () => {
    const field = LoginFields.encryptPassword(Redacted.make("hunter2"), Redacted.make("DnNAYQHCVFIdHSKx"))
    assert.strictEqual(field, "V452LcagFIT2nSfTPfLuFQ==")
    const read = LoginFields.decryptPassword("V452LcagFIT2nSfTPfLuFQ==", Redacted.make("DnNAYQHCVFIdHSKx"))
    assert.strictEqual(read && Redacted.value(read), "hunter2")
  })

  it("says no to other keys and to what is no such field", () => {
    assert.isUndefined(LoginFields.encryptPassword(Redacted.make("hunter2"), Redacted.make("short")))
    assert.isUndefined(LoginFields.decryptPassword("V452LcagFIT2nSfTPfLuFQ==", Redacted.make("short")))
    assert.isUndefined(LoginFields.decryptPassword("not base64!", Redacted.make("DnNAYQHCVFIdHSKx")))
    assert.isUndefined(LoginFields.decryptPassword("V452LcagFIT2nSfTPfLuFQ==", Redacted.make("another key 1234")))
  })
})

const clientIdCases = vectorCases<{ username: string; deviceIdentifier: string }, { header_clientid: string }>(
  "client-id"
)
const passwordCases = vectorCases<{ password: string; k: string }, { passwordField: string }>("password-encryption")
describe.skipIf(clientIdCases === undefined)("LoginFields, shared vectors", () => {
  for (const { name, inputs, expected } of clientIdCases ?? []) {
    it(
      name,
      () =>
        assert.strictEqual(LoginFields.clientId(inputs.username, inputs.deviceIdentifier), expected?.header_clientid)
    )
  }
  for (const { name, inputs, expected } of passwordCases ?? []) {
    it(name, () => {
      const field = LoginFields.encryptPassword(Redacted.make(inputs.password), Redacted.make(inputs.k))
      assert.strictEqual(field, expected?.passwordField)
    })
  }
})
