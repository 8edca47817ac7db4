import { MqttCredentials } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either, Redacted } from "effect"
import { vectorCases } from "./vectors.ts"

interface PlainRriot {
  readonly u: string
  readonly s: string
  readonly k: string
  readonly r: { readonly m: string }
}
const redacted = (rriot: PlainRriot): MqttCredentials.Rriot => ({
  ...rriot,
  s: Redacted.make(rriot.s),
  k: Redacted.make(rriot.k)
})
const account: PlainRriot = {
  u: "2eFqTLkM0SnT5XrhLpB3Vq",
  s: "pass12",
  k: "qiCNieZa",
  r: { m: "ssl://mqtt-us.roborock.com:8883" }
}
const withAddress = (m: string) => MqttCredentials.make(redacted({ ...account, r: { m } }))

describe("MqttCredentials", () => {
  const credentials = Either.getOrThrow(MqttCredentials.make(redacted(account)))

  it("computes user name and password", () => {
    assert.deepInclude(credentials, {
      host: "mqtt-us.roborock.com",
      port: 8883,
      tls: true,
      url: "mqtts://mqtt-us.roborock.com:8883",
      username: "02527dca"
    })
    assert.strictEqual(Redacted.value(credentials.password), "5e1f5f694cfce25d")
    assert.notInclude(JSON.stringify(credentials), "5e1f5f694cfce25d")
  })

  it("names the topics, and takes them apart", () => {
    const topic = MqttCredentials.responseTopic(credentials, "duid1")
    assert.strictEqual(topic, "rr/m/o/2eFqTLkM0SnT5XrhLpB3Vq/02527dca/duid1")
    assert.strictEqual(MqttCredentials.responseFilter(credentials), "rr/m/o/2eFqTLkM0SnT5XrhLpB3Vq/02527dca/#")
    assert.deepStrictEqual(MqttCredentials.parseTopic(MqttCredentials.requestTopic(credentials, "duid1")), {
      direction: "in",
      userId: account.u,
      username: "02527dca",
      duid: "duid1"
    })
    assert.isUndefined(MqttCredentials.parseTopic("rr/m/o/u/name"))
    assert.isUndefined(MqttCredentials.parseTopic("rr/m/o/u/name/duid/more"))
    assert.isUndefined(MqttCredentials.parseTopic("a/m/o/u/name/duid"))
  })

  it("tcp is plain", () => {
    const { tls, url } = Either.getOrThrow(withAddress("tcp://127.0.0.1:1883"))
    assert.deepStrictEqual({ tls, url }, { tls: false, url: "mqtt://127.0.0.1:1883" })
    assert.strictEqual(Either.getOrThrow(withAddress("ssl://[::1]:8883")).host, "[::1]")
  })

  for (const m of ["", "ssl://host", "ssl://:1", "host:1", "http://host:1", "ssl://host:0", "ssl://host:70000"]) {
    it(`refuses "${m}"`, () => {
      const error = Either.flip(withAddress(m))
      assert.strictEqual(Either.getOrThrow(error).reason, "InvalidMqttUrl")
    })
  }
})

interface Expected {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly username: string
  readonly password: string
  readonly publishTopic: string
  readonly subscribeTopic: string
}
const cases = vectorCases<{ rriot: PlainRriot; duid: string }, Expected>("mqtt-credentials")
describe.skipIf(cases === undefined)("MqttCredentials, shared vectors", () => {
  for (const { name, inputs, expected, expectedError } of cases ?? []) {
    it(name, () => {
      const made = MqttCredentials.make(redacted(inputs.rriot))
      if (Either.isLeft(made)) {
        assert.strictEqual(made.left.reason, expectedError?.kind)
        return
      }
      const { host, port, tls, username, password } = made.right
      assert.deepStrictEqual({
        host,
        port,
        tls,
        username,
        password: Redacted.value(password),
        publishTopic: MqttCredentials.requestTopic(made.right, inputs.duid),
        subscribeTopic: MqttCredentials.responseTopic(made.right, inputs.duid)
      }, expected)
    })
  }
})
