import type { Packet } from "@effect-mqtt/codec"
import { Encoder } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { testData } from "../../../vitest.testData.ts"
import { Broker } from "../src/index.ts"
import { connect, open, payloads, publish, subscribe } from "./rawClient.ts"

interface Segment {
  readonly hex?: string
  readonly repeatHex?: string
  readonly count?: number
}

interface Row {
  readonly name: string
  readonly version: 4 | 5
  readonly direction: "client-to-server" | "server-to-client" | "either"
  readonly hex?: string
  readonly build?: ReadonlyArray<Segment>
  readonly error: { readonly receiverMust: boolean; readonly reasonCodes?: ReadonlyArray<number> }
}

const data = testData("mqtt/packets.json")
const { malformed }: { readonly malformed: ReadonlyArray<Row> } = data === undefined
  ? { malformed: [] }
  : JSON.parse(data.toString("utf8"))
const rows = malformed.filter(({ direction, error }) => direction !== "server-to-client" && error.receiverMust)

const bytesOf = ({ build, hex }: Row): Uint8Array => {
  const whole = hex ??
    (build ?? []).map((segment) => segment.hex ?? (segment.repeatHex ?? "").repeat(segment.count ?? 0)).join("")
  return Uint8Array.from(whole.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** A CONNECT has to be the first packet to be refused as what it is. */
const isConnect = (bytes: Uint8Array) => ((bytes[0] ?? 0) >> 4) === 1

describe.skipIf(data === undefined)("malformed packets", () => {
  it.scoped.each(rows.map((row) => [row.name, row] as const))(
    "%s ends its connection only",
    ([, row]) =>
      Effect.gen(function*() {
        const broker = yield* Broker.make()
        const witness = yield* connect(broker, "witness")
        yield* subscribe(witness, "after")
        const bytes = bytesOf(row)
        const fields = { protocolVersion: row.version }
        const client = isConnect(bytes) ? yield* open(broker, row.version) : yield* connect(broker, "c", fields)
        // What stands behind the bad packet is not processed.
        const after = Either.getOrThrow(Encoder.encode(publish("after", "x"), row.version))
        yield* client.sendBytes(Uint8Array.from([...bytes, ...after]))
        let last: Packet.Packet | undefined
        if (!isConnect(bytes) && row.version === 5) {
          last = yield* client.expect("Disconnect")
          assert.include(row.error.reasonCodes ?? [], last.reasonCode)
        } else if (isConnect(bytes)) {
          last = yield* client.next
          if (last?._tag === "ConnAck") assert.isAbove(last.reasonCode, 0)
          else assert.isUndefined(last)
        }
        if (last !== undefined || row.version === 4) assert.isUndefined(yield* client.next)
        yield* client.served
        assert.deepStrictEqual(payloads(yield* witness.drain), [])
        assert.deepInclude(yield* broker.stats, { connections: 1, sessions: 1 })
      })
  )
})
