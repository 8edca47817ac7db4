import { Rpc, Security } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck, Redacted } from "effect"
import { fromHex, toHex, utf8, vectorCases } from "./vectors.ts"

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8")
const response = (inner: string) => utf8(JSON.stringify({ t: 1700000000, dps: { "102": inner } }))
const outcome = (inner: string): Either.Either<unknown, Rpc.RpcError> => {
  const decoded = Either.getOrThrow(Rpc.decode(response(inner)))
  return decoded._tag === "Response" ? decoded.outcome : assert.fail(`a ${decoded._tag}`)
}
const reasonOf = (result: Either.Either<unknown, Rpc.RpcError>) =>
  Either.isLeft(result) ? result.left.reason : undefined
const security: Security.Security = Security.make(
  Redacted.make("qiCNieZa"),
  Redacted.make(fromHex("000102030405060708090a0b0c0d0e0f"))
)

describe("Rpc requests", () => {
  it("are written as the devices expect them", () => {
    assert.strictEqual(
      text(Rpc.encodeRequest({ id: 10001, method: "get_status" }, 1700000000)),
      "{\"dps\":{\"101\":\"{\\\"id\\\":10001,\\\"method\\\":\\\"get_status\\\",\\\"params\\\":[]}\"},\"t\":1700000000}"
    )
  })

  it("carry endpoint and nonce, and a device reads them back", () => {
    const request: Rpc.Request = { id: 7, method: "get_map_v1", params: { a: 1 }, security }
    const read = Either.getOrThrow(Rpc.decodeRequest(Rpc.encodeRequest(request, 1)))
    assert.deepStrictEqual({ ...read, security: undefined }, { ...request, security: undefined })
    assert.strictEqual(read.security?.endpoint, "87ItGWdb")
    assert.deepStrictEqual(read.security && Redacted.value(read.security.nonce), Redacted.value(security.nonce))
  })

  it("read an upper-case nonce and an inner object that is no string", () => {
    const inner = { id: 1, method: "m", security: { endpoint: "e", nonce: "0F".repeat(16) } }
    const read = Either.getOrThrow(Rpc.decodeRequest(utf8(JSON.stringify({ dps: { "101": inner }, t: 1 }))))
    assert.strictEqual(read.security && toHex(Redacted.value(read.security.nonce)), "0f".repeat(16))
  })

  const malformed: ReadonlyArray<unknown> = [
    null,
    { t: 1 },
    { dps: {} },
    { dps: { "101": "{" } },
    { dps: { "101": "[]" } },
    { dps: { "101": { id: "1", method: "m" } } },
    { dps: { "101": { id: 1 } } },
    { dps: { "101": { id: 1, method: "m", params: "x" } } },
    { dps: { "101": { id: 1, method: "m", security: { endpoint: "e", nonce: "00" } } } }
  ]
  for (const value of malformed) {
    it(`malformed: ${JSON.stringify(value)}`, () => {
      assert.strictEqual(reasonOf(Rpc.decodeRequest(utf8(JSON.stringify(value)))), "MalformedPayload")
    })
  }
})

describe("Rpc responses", () => {
  it("go there and back", () => {
    const decoded = Either.getOrThrow(Rpc.decode(Rpc.encodeResponse({ id: 5, result: [{ battery: 74 }] }, 1)))
    assert.deepStrictEqual(decoded, {
      _tag: "Response",
      id: 5,
      outcome: Either.right([{ battery: 74 }]),
      dataPoints: new Map()
    })
    const refused = Rpc.encodeResponse({ id: 6, error: { code: -10007, message: "invalid status" } }, 1)
    const answer = Either.getOrThrow(Rpc.decode(refused))
    assert.strictEqual(answer._tag === "Response" ? reasonOf(answer.outcome) : undefined, "InvalidStatus")
  })

  it("tell what the device refused", () => {
    assert.strictEqual(reasonOf(outcome("{\"id\":1,\"result\":\"unknown_method\"}")), "UnknownMethod")
    assert.strictEqual(reasonOf(outcome("{\"id\":1,\"result\":[\"retry\"]}")), "Retry")
    assert.strictEqual(reasonOf(outcome("{\"id\":1,\"result\":\"retry\"}")), "Retry")
    assert.strictEqual(reasonOf(outcome("{\"id\":1,\"result\":[\"unknown_method\"]}")), "UnknownMethod")
    const refused = outcome("{\"id\":1,\"error\":{\"code\":-10000,\"message\":\"unknown_method\"}}")
    assert.strictEqual(reasonOf(refused), "UnknownMethod")
    assert.strictEqual(reasonOf(outcome("{\"id\":1,\"result\":\"busy\"}")), "DeviceError")
    assert.strictEqual(reasonOf(outcome("{\"id\":1}")), "MalformedPayload")
    const error = Either.flip(outcome("{\"id\":3,\"error\":{\"code\":-10001,\"message\":\"no such param\"}}"))
    assert.deepInclude(Either.getOrThrow(error), { id: 3, code: -10001, deviceMessage: "no such param" })
    assert.strictEqual(Either.getOrThrow(error).message, "Device answer to request 3: DeviceError (code -10001)")
  })

  it("may bring data points along", () => {
    const decoded = Either.getOrThrow(Rpc.decode(utf8("{\"dps\":{\"102\":{\"id\":1,\"result\":[\"ok\"]},\"121\":5}}")))
    assert.strictEqual(decoded._tag === "Response" && decoded.dataPoints.get(121), 5)
  })

  it("success without data", () => {
    assert.isTrue(Rpc.isOk("ok") && Rpc.isOk(["ok"]))
    assert.isFalse(Rpc.isOk([]) || Rpc.isOk(["ok", 1]) || Rpc.isOk(0))
  })

  it("pushes go there and back", () => {
    const pushed = Rpc.encodePush(new Map([[121, 8], [122, 100]]), 1700000000)
    assert.strictEqual(text(pushed), "{\"dps\":{\"121\":8,\"122\":100},\"t\":1700000000}")
    assert.deepStrictEqual(Either.getOrThrow(Rpc.decode(pushed)), {
      _tag: "Push",
      dataPoints: new Map([[121, 8], [122, 100]])
    })
  })

  it("a malformed payload is not quoted by the error", () => {
    const error = Either.getOrThrow(
      Either.flip(Rpc.decodeRequest(utf8("{\"dps\":{\"101\":\"{\\\"nonce\\\":secret\"}}")))
    )
    assert.notInclude(String(error) + JSON.stringify(error), "secret")
  })

  it("an empty payload is an acknowledgement", () => {
    assert.deepStrictEqual(Either.getOrThrow(Rpc.decode(new Uint8Array(0))), { _tag: "Ack" })
  })

  it.prop("any JSON gives a value or a typed error", { value: FastCheck.json() }, ({ value }) => {
    Rpc.decode(utf8(value))
    Rpc.decode(utf8(`{"dps":${value}}`))
    Rpc.decode(response(value))
    Rpc.decodeRequest(utf8(`{"dps":{"101":${value}}}`))
  })
})

interface RequestInputs {
  readonly method: string
  readonly params: ReadonlyArray<unknown> | null
  readonly id: number
  readonly timestamp: number
  readonly security?: { readonly endpoint: string; readonly nonceHex: string }
}
const requestCases = vectorCases<RequestInputs, { payloadUtf8: string; outer: unknown; inner: object }>("rpc-request")
describe.skipIf(requestCases === undefined)("Rpc, shared request vectors", () => {
  for (const { name, inputs, expected } of requestCases ?? []) {
    it(name, () => {
      const payload = Rpc.encodeRequest({
        id: inputs.id,
        method: inputs.method,
        params: inputs.params ?? undefined,
        security: inputs.security &&
          { endpoint: inputs.security.endpoint, nonce: Redacted.make(fromHex(inputs.security.nonceHex)) }
      }, inputs.timestamp)
      assert.deepStrictEqual(JSON.parse(text(payload)), expected?.outer)
      assert.deepInclude(Either.getOrThrow(Rpc.decodeRequest(utf8(expected?.payloadUtf8 ?? ""))), {
        id: inputs.id,
        method: inputs.method,
        params: inputs.params ?? []
      })
    })
  }
})

interface ResponseExpected {
  readonly id?: number
  readonly result?: unknown
  readonly unwrapped?: unknown
  readonly ok?: boolean
  readonly ack?: boolean
}
const responseCases = vectorCases<{ payloadUtf8: string | null }, ResponseExpected>("rpc-response")
describe.skipIf(responseCases === undefined)("Rpc, shared response vectors", () => {
  for (const { name, inputs, expected, expectedError } of responseCases ?? []) {
    it(name, () => {
      const decoded = Rpc.decode(utf8(inputs.payloadUtf8 ?? ""))
      if (Either.isLeft(decoded)) {
        assert.strictEqual(decoded.left.reason, expectedError?.kind)
        return
      }
      const incoming = decoded.right
      if (incoming._tag === "Ack") {
        assert.isTrue(expected?.ack)
        return
      }
      if (incoming._tag === "Push") {
        assert.strictEqual(expectedError?.kind, "NotAnRpcResponse")
        return
      }
      if (Either.isLeft(incoming.outcome)) {
        assert.deepInclude(expectedError, { kind: incoming.outcome.left.reason, id: incoming.id })
        assert.strictEqual(incoming.outcome.left.code, expectedError?.code)
        return
      }
      const result = incoming.outcome.right
      assert.strictEqual(incoming.id, expected?.id)
      if (expected?.result !== undefined) assert.deepStrictEqual(result, expected.result)
      if (expected?.unwrapped !== undefined) assert.deepStrictEqual(Rpc.unwrap(result), expected.unwrapped)
      assert.strictEqual(Rpc.isOk(result), expected?.ok ?? false)
    })
  }
})

const pushCases = vectorCases<{ payloadUtf8: string }, { dataPoints: Record<string, unknown> }>("dps-push")
describe.skipIf(pushCases === undefined)("Rpc, shared push vectors", () => {
  for (const { name, inputs, expected } of pushCases ?? []) {
    it(name, () => {
      const decoded = Either.getOrThrow(Rpc.decode(utf8(inputs.payloadUtf8)))
      assert.strictEqual(decoded._tag, "Push")
      assert.deepStrictEqual(
        decoded._tag === "Push" && Object.fromEntries(decoded.dataPoints),
        { ...expected?.dataPoints }
      )
    })
  }
})
