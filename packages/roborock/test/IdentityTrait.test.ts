import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { vacuumWith } from "./vacuumWith.ts"

describe("identity", () => {
  it.scoped("tells firmware, serial number, time zone and what the device can do", () =>
    Effect.gen(function*() {
      const { trait } = yield* vacuumWith({
        get_serial_number: [{ serial_number: "SN1" }],
        get_timezone: ["Europe/Berlin"]
      })
      const identity = yield* trait("identity")
      assert.strictEqual(identity.firmware, "02.10.20")
      assert.strictEqual(yield* identity.serialNumber, "SN1")
      assert.strictEqual(yield* identity.timeZone, "Europe/Berlin")
      assert.isTrue((yield* identity.capabilities).flags.has("is_supported_drying"))
    }))
})
