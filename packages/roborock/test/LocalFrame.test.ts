import { Frame, LocalFrame } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck, Redacted } from "effect"
import { fromHex, toHex, utf8, vectorCases } from "./vectors.ts"

const keys: Frame.Keys = { localKey: Redacted.make("key123key123key1") }
const frame = (seq: number, text: string): Frame.Frame => ({
  version: "1.0",
  seq,
  random: 7,
  timestamp: 1700000000,
  protocol: Frame.protocols.generalRequest,
  payload: utf8(text)
})
const sealed = (seq: number, text: string, with_: Frame.Keys = keys) =>
  Either.getOrThrow(LocalFrame.encode(frame(seq, text), with_))
const concat = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat(parts))
const ping = LocalFrame.encodeControl({
  version: "1.0",
  seq: 3,
  random: 0,
  timestamp: 0,
  protocol: Frame.protocols.pingResponse
})
const stream = concat(sealed(1, "first"), ping, sealed(2, "second, a bit longer than one block"))

/** Pushes the bytes in pieces; what came out as one list, data as its text. */
const pushAll = (bytes: Uint8Array, cuts: ReadonlyArray<number> = []) => {
  const decoder = LocalFrame.makeDecoder()
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  const messages: Array<string | number> = []
  const skipped: Array<string> = []
  places.slice(1).forEach((end, index) => {
    const decoded = decoder.push(bytes.subarray(places[index], end), keys)
    for (const message of decoded.messages) {
      messages.push(message._tag === "Data" ? Buffer.from(message.frame.payload).toString() : message.control.protocol)
    }
    skipped.push(...decoded.skipped.map((error) => error.reason))
  })
  return { messages, skipped, pending: decoder.pendingBytes() }
}
const all = ["first", 3, "second, a bit longer than one block"]

describe("LocalFrame", () => {
  it.prop(
    "gives the same messages however the stream is cut",
    { cuts: FastCheck.array(FastCheck.nat()) },
    ({ cuts }) => {
      assert.deepStrictEqual(pushAll(stream, cuts), { messages: all, skipped: [], pending: 0 })
    }
  )

  it("byte by byte", () => {
    assert.deepStrictEqual(pushAll(stream, [...stream.keys()]), { messages: all, skipped: [], pending: 0 })
  })

  it("skips a damaged frame by its length", () => {
    const damaged = sealed(9, "damaged")
    damaged[30] = (damaged[30] ?? 0) ^ 1
    assert.deepStrictEqual(pushAll(concat(damaged, stream)), { messages: all, skipped: ["CrcMismatch"], pending: 0 })
    const foreign = sealed(9, "x", { localKey: Redacted.make("another key....?") })
    assert.deepStrictEqual(pushAll(concat(foreign, stream)), { messages: all, skipped: ["DecryptFailed"], pending: 0 })
  })

  it.prop(
    "finds the frames behind garbage",
    { garbage: FastCheck.uint8Array({ minLength: 1, maxLength: 80 }) },
    ({ garbage }) => {
      // A length that fits by chance may cost the first frame, never the rest.
      const { messages } = pushAll(concat(garbage, stream, stream))
      assert.deepStrictEqual(messages.slice(-all.length), all)
    }
  )

  it("keeps little of endless nonsense, and says when there is no hope", () => {
    const { messages, pending, skipped } = pushAll(new Uint8Array(100_000).fill(0xee))
    assert.deepStrictEqual([messages, skipped], [[], ["UnknownVersion", "TooManyErrors"]])
    assert.isBelow(pending, 8)
  })

  it("lists some of endless damaged frames, with or without garbage between, until one is good again", () => {
    const damaged = sealed(1, "x").map((byte, index, { length }) => index === length - 1 ? byte ^ 1 : byte)
    for (const between of [new Uint8Array(0), new Uint8Array(9).fill(0xee)]) {
      const flood = concat(...Array.from({ length: 3000 }, () => concat(damaged, between)))
      const { messages, skipped } = pushAll(concat(flood, stream, damaged))
      assert.deepStrictEqual(messages, all)
      assert.lengthOf(skipped, 66)
      assert.lengthOf(skipped.filter((reason) => reason === "TooManyErrors"), 1)
      assert.strictEqual(skipped.at(-1), "CrcMismatch")
    }
  })

  it("refuses to build what does not fit", () => {
    const result = LocalFrame.encode({ ...frame(1, ""), payload: new Uint8Array(70_000) }, keys)
    assert.strictEqual(Either.isLeft(result) && result.left.reason, "PayloadTooLarge")
  })
})

interface DecodeInputs {
  readonly transport: "local" | "mqtt"
  readonly localKey: string
  readonly chunksHex: ReadonlyArray<string>
  readonly connectNonce?: number
  readonly ackNonce?: number
}
interface DecodeExpected {
  readonly messages: ReadonlyArray<Omit<Frame.Frame, "payload"> & { readonly payloadHex: string }>
  readonly errors?: ReadonlyArray<{ readonly kind: string }>
  readonly remainingHex?: string
}
const decodeCases = vectorCases<DecodeInputs, DecodeExpected>("frame-decode")
  ?.filter(({ inputs }) => inputs.transport === "local")
describe.skipIf(decodeCases === undefined)("LocalFrame, shared decode vectors", () => {
  for (const { expected, inputs, name } of decodeCases ?? []) {
    it(name, () => {
      const decoder = LocalFrame.makeDecoder()
      const { ackNonce, connectNonce } = inputs
      const nonces = connectNonce === undefined || ackNonce === undefined ? undefined : { connectNonce, ackNonce }
      const decoded = inputs.chunksHex.map((chunk) =>
        decoder.push(fromHex(chunk), { localKey: Redacted.make(inputs.localKey), nonces })
      )
      const messages = decoded.flatMap((part) => part.messages).map((message) => {
        if (message._tag === "Control") return assert.fail("a control frame")
        const { payload, ...header } = message.frame
        return { ...header, payloadHex: toHex(payload) }
      })
      assert.deepStrictEqual(messages, [...expected?.messages ?? []])
      if (expected?.errors !== undefined) {
        assert.deepStrictEqual(
          decoded.flatMap((part) => part.skipped).map((error) => error.reason),
          expected.errors.map((error) => error.kind)
        )
      }
      if (expected?.remainingHex !== undefined) {
        assert.strictEqual(decoder.pendingBytes(), expected.remainingHex.length / 2)
      }
    })
  }
})

interface ControlInputs {
  readonly kind: "hello" | "ping" | "decode" | "decodeStream"
  readonly variant?: "crc" | "keepalive" | "bare"
  readonly version?: Frame.Version
  readonly seq?: number
  readonly random?: number
  readonly connectNonce?: number
  readonly timestamp?: number
  readonly keepAliveSeconds?: number
  readonly frameHex?: string
  readonly streamHex?: string
  readonly localKey?: string
}
interface ControlExpected {
  readonly frameHex?: string
  readonly protocol?: number
  readonly protocols?: ReadonlyArray<number>
  readonly version?: Frame.Version
  readonly seq?: number
  readonly ackNonce?: number
  readonly returnCode?: number
  readonly payloadHex?: string
}
const controlCases = vectorCases<ControlInputs, ControlExpected>("local-control-frames")
describe.skipIf(controlCases === undefined)("LocalFrame, shared control vectors", () => {
  for (const { expected, inputs, name } of controlCases ?? []) {
    it(name, () => {
      if (inputs.kind === "hello" || inputs.kind === "ping") {
        const bytes = LocalFrame.encodeControl({
          version: inputs.version ?? "1.0",
          seq: inputs.seq ?? 0,
          random: inputs.connectNonce ?? inputs.random ?? 0,
          timestamp: inputs.timestamp ?? 0,
          protocol: inputs.kind === "hello" ? Frame.protocols.helloRequest : Frame.protocols.pingRequest
        }, inputs.variant === "crc" ? "crc" : inputs.variant === "keepalive" ? inputs.keepAliveSeconds ?? 0 : undefined)
        assert.strictEqual(toHex(bytes), expected?.frameHex)
        return
      }
      const decoder = LocalFrame.makeDecoder()
      const { messages } = decoder.push(fromHex(inputs.frameHex ?? inputs.streamHex ?? ""), {
        localKey: Redacted.make(inputs.localKey ?? "")
      })
      const protocols = messages.map((message) =>
        message._tag === "Data" ? message.frame.protocol : message.control.protocol
      )
      assert.deepStrictEqual(protocols, [...expected?.protocols ?? [expected?.protocol]])
      for (const message of messages) {
        if (message._tag === "Data") assert.strictEqual(toHex(message.frame.payload), expected?.payloadHex)
        else if (inputs.kind === "decode") {
          assert.deepStrictEqual([message.control.version, message.control.seq], [expected?.version, expected?.seq])
          if (expected?.ackNonce !== undefined) {
            assert.deepInclude(message.control, { random: expected.ackNonce, word: expected.returnCode })
          }
        }
      }
    })
  }
})

interface SessionInputs {
  readonly localKey: string
  readonly connectNonce: number
  readonly deviceHelloHex: string
  readonly clientHelloHex: string
  readonly request: Omit<Frame.Frame, "payload" | "version"> & { readonly payloadUtf8: string }
  readonly deviceResponseHex: string
}
interface SessionExpected {
  readonly ackNonce: number
  readonly requestFrameHex: string
  readonly response: Omit<Frame.Frame, "payload" | "version"> & { readonly payloadUtf8: string }
}
const sessionCases = vectorCases<SessionInputs, SessionExpected>("l01-session")
describe.skipIf(sessionCases === undefined)("LocalFrame, shared L01 sessions", () => {
  for (const { expected, inputs, name } of sessionCases ?? []) {
    it(name, () => {
      const localKey = Redacted.make(inputs.localKey)
      const decoder = LocalFrame.makeDecoder()
      const [hello] = decoder.push(fromHex(inputs.deviceHelloHex), { localKey }).messages
      if (hello?._tag !== "Control") return assert.fail("no hello")
      assert.strictEqual(hello.control.random, expected?.ackNonce)
      const nonces = { connectNonce: inputs.connectNonce, ackNonce: hello.control.random }
      const { payloadUtf8, ...header } = inputs.request
      const request = LocalFrame.encode({ ...header, version: "L01", payload: utf8(payloadUtf8) }, { localKey, nonces })
      assert.strictEqual(toHex(Either.getOrThrow(request)), expected?.requestFrameHex)
      const [response] = decoder.push(fromHex(inputs.deviceResponseHex), { localKey, nonces }).messages
      if (response?._tag !== "Data") return assert.fail("no response")
      const { payloadUtf8: text = "", ...rest } = expected?.response ?? {}
      assert.deepStrictEqual(response.frame, { ...rest, version: "L01", payload: utf8(text) })
    })
  }
})
