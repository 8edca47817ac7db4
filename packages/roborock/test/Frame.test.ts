import { Frame, FrameKeys } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck, Redacted } from "effect"
import { createHash } from "node:crypto"
import { fromHex, toHex, utf8, vectorCases } from "./vectors.ts"

const localKey = Redacted.make("key123key123key1")
const plaintext =
  "{\"dps\":{\"101\":\"{\\\"id\\\":10001,\\\"method\\\":\\\"get_status\\\",\\\"params\\\":[]}\"},\"t\":1700000000}"
const example: Frame.Frame = {
  version: "1.0",
  seq: 100001,
  random: 0x12345678,
  timestamp: 1700000000,
  protocol: 101,
  payload: utf8(plaintext)
}
const sealed = (frame: Partial<Frame.Frame> = {}, key: Redacted.Redacted = localKey): Uint8Array =>
  Either.getOrThrow(
    Frame.encode({ ...example, ...frame }, { localKey: key, nonces: { connectNonce: 12345, ackNonce: 485592656 } })
  )
const concat = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat(parts))

describe("Frame, worked examples", () => {
  const header = "000186a1123456786553f100"
  const cases: ReadonlyArray<readonly [Frame.Version, string]> = [
    [
      "1.0",
      `312e30${header}00650060` +
      "3c72f58f6ef8158bdf28991ad7695dd9ec7882789ab08d830c9e8ab15ec34f967792768bb4c4e63cbd9492"
      + "5472d70c4af7bc458fe8c4ccdaa291f8bc068295d87fad8e21ad5f343e5aa37335c9327707a97eae590139bd663825eecbb521e912be71d662"
    ],
    [
      "A01",
      `413031${header}00650060` +
      "294858d4606825ffc68bcbf46cce1836fe347dce157832b85320208dc9400da82e5c7c8ce9e50e9610da39"
      + "356ca0578b9e6e787fb194c5106c725e0b4b687cb557cda9fccb8b04d168d49d7797e178fa905ffe404a88a689d9a51dc1cb127c865fc0ff48"
    ],
    [
      "B01",
      `423031${header}00650060` +
      "3110736ed297b08a514b07f8558cbc2ab4a01751701db4f62df02b1d6ce9f4446e0d37b24ee12f0fd9f219"
      + "ab76ec05d0da938891f7cffac53750aa185380e52cb30693b305a4472de7bc7754e5329e127e8897c7d0b9a7934109d1a41c094929a6c9c968"
    ]
  ]
  for (const [version, hex] of cases) {
    it(`${version} seals and opens`, () => {
      assert.strictEqual(toHex(sealed({ version })), hex)
      const opened = Frame.decode(fromHex(hex), { localKey })
      assert.deepStrictEqual(opened, { frames: [{ ...example, version }], skipped: [] })
    })
  }

  it("L01 seals with the nonces of the hello exchange", () => {
    assert.strictEqual(
      toHex(sealed({ version: "L01", protocol: 4 })),
      `4c3031${header}00040067` +
        "b69183eff95c545c8946634c4ad01b0053513b6ef5f489380b2e02d61e54de6e444cbfde91cda5e65b340ba4be"
        + "76d4428ff7d6687716aab0b015b2273598fce3135041e114f3624e167679639c7983c052391f43036323a51af9adac30922d34609cfa0724a01d"
        + "7fcf8d22"
    )
  })

  it("permutes the timestamp", () => assert.strictEqual(FrameKeys.encodeTimestamp(1700000000), "1030556f"))

  it("keeps an empty payload empty", () => {
    const bytes = sealed({ payload: new Uint8Array(0) })
    assert.strictEqual(bytes.length, 23)
    assert.strictEqual(Frame.decode(bytes, { localKey }).frames[0]?.payload.length, 0)
  })

  it("keeps unsigned numbers unsigned", () => {
    const extreme = { seq: 0xffffffff, random: 0xfffffffe, timestamp: 0xfffffffd, protocol: 0xffff }
    assert.deepInclude(Frame.decode(sealed(extreme), { localKey }).frames[0], extreme)
  })
})

describe("Frame, refusals", () => {
  const reasonOf = (result: Either.Either<unknown, Frame.FrameError>) =>
    Either.isLeft(result) ? result.left.reason : undefined

  it("refuses what does not fit", () => {
    const payload = new Uint8Array(65520)
    assert.strictEqual(reasonOf(Frame.encode({ ...example, payload }, { localKey })), "PayloadTooLarge")
    assert.strictEqual(sealed({ payload: payload.subarray(1) }).length, 65543)
  })

  it("refuses a local key of another length than 16 for A01 and B01", () => {
    const keys = { localKey: Redacted.make("short") }
    assert.strictEqual(reasonOf(Frame.encode({ ...example, version: "B01" }, keys)), "InvalidLocalKey")
    assert.strictEqual(reasonOf(Frame.encode({ ...example, version: "1.0" }, keys)), undefined)
    assert.strictEqual(Frame.decode(sealed({ version: "A01" }), keys).skipped[0]?.reason, "InvalidLocalKey")
  })

  it("refuses L01 before the handshake", () => {
    assert.strictEqual(reasonOf(Frame.encode({ ...example, version: "L01" }, { localKey })), "NoHandshake")
  })

  it("reports an unknown tag and a cut frame", () => {
    assert.strictEqual(reasonOf(Frame.decodeOne(utf8("2.0 and so on"), { localKey })), "UnknownVersion")
    const bytes = sealed()
    for (let length = 3; length < bytes.length; length++) {
      assert.strictEqual(reasonOf(Frame.decodeOne(bytes.subarray(0, length), { localKey })), "NeedMoreData")
    }
  })

  it("says what went wrong without the payload or the key", () => {
    const [error] = Frame.decode(sealed({}, Redacted.make("another key....?")), { localKey }).skipped
    assert.strictEqual(error?.reason, "DecryptFailed")
    assert.strictEqual(error?.message, "Roborock frame at offset 0 (protocol 101, seq 100001): DecryptFailed")
  })
})

describe("Frame, several in one message", () => {
  const first = sealed({ seq: 1, payload: utf8("first") })
  const second = sealed({ seq: 2, payload: utf8("second, somewhat longer than a block") })
  const seqs = (bytes: Uint8Array) => Frame.decode(bytes, { localKey }).frames.map((frame) => frame.seq)

  it("opens all of them in order", () => assert.deepStrictEqual(seqs(concat(first, second, first)), [1, 2, 1]))

  it("goes on after a frame sealed with another key", () => {
    const foreign = sealed({ seq: 9 }, Redacted.make("another key....?"))
    assert.deepStrictEqual(seqs(concat(first, foreign, second)), [1, 2])
  })

  it("goes on after any single damaged byte", () => {
    for (let index = 0; index < first.length; index++) {
      const damaged = first.slice()
      damaged[index] = (damaged[index] ?? 0) ^ 0x41
      const { frames, skipped } = Frame.decode(concat(damaged, second), { localKey })
      assert.deepStrictEqual(frames.map((frame) => frame.seq), [2], `damage at ${index}`)
      assert.isAtLeast(skipped.length, 1)
    }
  })

  it.prop(
    "finds the frames between any garbage",
    { garbage: FastCheck.uint8Array({ maxLength: 60 }) },
    ({ garbage }) => {
      assert.includeMembers([...seqs(concat(first, garbage, second))], [1, 2])
    }
  )

  it.prop("never throws", { bytes: FastCheck.uint8Array({ maxLength: 200 }) }, ({ bytes }) => {
    Frame.decode(bytes, { localKey })
    Frame.decode(concat(utf8("1.0"), bytes), { localKey })
  })

  it("bounds the work on a hostile message", () => {
    const { skipped } = Frame.decode(utf8("1.0\0".repeat(60_000)), { localKey })
    assert.strictEqual(skipped.at(-1)?.reason, "TooManyErrors")
    assert.isAtMost(skipped.length, 33)
  })
})

interface FrameInputs {
  readonly version: Frame.Version
  readonly localKey: string
  readonly seq: number
  readonly random: number
  readonly timestamp: number
  readonly protocol: number
  readonly lengthPrefix: boolean
  readonly payloadUtf8?: string
  readonly payloadRepeat?: { readonly unit: string; readonly length: number }
  readonly connectNonce?: number
  readonly ackNonce?: number
}
const noncesOf = (inputs: { readonly connectNonce?: number; readonly ackNonce?: number }) =>
  inputs.connectNonce === undefined || inputs.ackNonce === undefined
    ? undefined
    : { connectNonce: inputs.connectNonce, ackNonce: inputs.ackNonce }

const encodeCases = vectorCases<FrameInputs, { frameHex?: string; frameLength?: number; frameSha256?: string }>(
  "frame-encode"
)
describe.skipIf(encodeCases === undefined)("Frame, shared encode vectors", () => {
  for (const { name, inputs, expected, expectedError } of encodeCases ?? []) {
    it(name, () => {
      const payload = inputs.payloadRepeat === undefined
        ? utf8(inputs.payloadUtf8 ?? "")
        : utf8(inputs.payloadRepeat.unit.repeat(inputs.payloadRepeat.length).slice(0, inputs.payloadRepeat.length))
      const keys: Frame.Keys = { localKey: Redacted.make(inputs.localKey), nonces: noncesOf(inputs) }
      const result = Frame.encode({ ...inputs, payload }, keys)
      if (Either.isLeft(result)) {
        assert.strictEqual(result.left.reason, expectedError?.kind)
        return
      }
      const bytes = result.right
      if (expected?.frameHex !== undefined) {
        assert.strictEqual(toHex(bytes), inputs.lengthPrefix ? expected.frameHex.slice(8) : expected.frameHex)
      } else {
        assert.strictEqual(bytes.length, expected?.frameLength)
        assert.strictEqual(createHash("sha256").update(bytes).digest("hex"), expected?.frameSha256)
      }
      const opened = Frame.decode(bytes, keys)
      assert.deepStrictEqual(opened.frames[0]?.payload, payload)
    })
  }
})

interface KeyInputs {
  readonly localKey: string
  readonly timestamp: number
  readonly seq: number
  readonly random: number
  readonly connectNonce: number
  readonly ackNonce: number
}
const keyCases = vectorCases<KeyInputs, Record<string, string>>("key-derivation")
describe.skipIf(keyCases === undefined)("Frame, shared key vectors", () => {
  for (const { name, inputs, expected } of keyCases ?? []) {
    it(name, () => {
      const key = Redacted.make(inputs.localKey)
      assert.deepStrictEqual({
        v1AesKeyHex: toHex(FrameKeys.v1Key(key, inputs.timestamp)),
        l01AesKeyHex: toHex(FrameKeys.l01Key(key, inputs.timestamp)),
        l01IvHex: toHex(FrameKeys.l01Iv(inputs)),
        l01AadHex: toHex(FrameKeys.l01AdditionalData(inputs, inputs)),
        a01IvAscii: Buffer.from(FrameKeys.a01Iv(inputs.random)).toString(),
        b01IvAscii: Buffer.from(FrameKeys.b01Iv(inputs.random)).toString()
      }, { ...expected })
    })
  }
})

const timestampCases = vectorCases<{ timestamp: number }, { encodedAscii: string }>("timestamp-encoding")
describe.skipIf(timestampCases === undefined)("Frame, shared timestamp vectors", () => {
  for (const { name, inputs, expected } of timestampCases ?? []) {
    it(name, () => assert.strictEqual(FrameKeys.encodeTimestamp(inputs.timestamp), expected?.encodedAscii))
  }
})

interface DecodeInputs {
  readonly transport: "local" | "mqtt"
  readonly localKey: string
  readonly chunksHex: ReadonlyArray<string>
}
interface DecodeExpected {
  readonly messages: ReadonlyArray<Omit<Frame.Frame, "payload"> & { readonly payloadHex: string }>
}
const decodeCases = vectorCases<DecodeInputs, DecodeExpected>("frame-decode")
  ?.filter(({ inputs }) => inputs.transport === "mqtt")
describe.skipIf(decodeCases === undefined)("Frame, shared decode vectors (MQTT)", () => {
  for (const { name, inputs, expected } of decodeCases ?? []) {
    it(name, () => {
      const { frames, skipped } = Frame.decode(fromHex(inputs.chunksHex.join("")), {
        localKey: Redacted.make(inputs.localKey)
      })
      assert.deepStrictEqual(
        frames.map(({ payload, ...frame }) => ({ ...frame, payloadHex: toHex(payload) })),
        [...expected?.messages ?? []]
      )
      assert.deepStrictEqual(skipped, [])
    })
  }
})
