import type { Packet } from "@effect-mqtt/codec"
import { Encoder } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { Broker } from "../src/index.ts"
import { bytesOf, isConnect, rows } from "./malformedRows.ts"
import { connect, open, payloads, publish, subscribe } from "./rawClient.ts"

describe.skipIf(rows.length === 0)("malformed packets", () => {
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
