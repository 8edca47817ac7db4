import { NetworkTrait } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { fixture } from "./capturedResult.ts"

describe("network", () => {
  it("reads what devices send", () => {
    const captured = fixture("v1-results/network-info.json")
    if (captured === undefined) return
    assert.deepStrictEqual(NetworkTrait.decode(captured), {
      ip: "1.1.1.1",
      ssid: "test_wifi",
      mac: "aa:bb:cc:dd:ee:ff",
      bssid: "aa:bb:cc:dd:ee:ff",
      rssi: -50
    })
  })

  it("an answer without an address is none", () => {
    assert.isUndefined(NetworkTrait.decode({ ssid: "x" }))
    assert.isUndefined(NetworkTrait.decode("unknown_method"))
  })
})
