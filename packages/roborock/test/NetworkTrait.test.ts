import { NetworkTrait } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"

describe("network", () => {
  it("leaves out what is empty or no text", () => {
    assert.deepStrictEqual(NetworkTrait.decode({ ip: "192.0.2.5", ssid: "", mac: 7, rssi: -50 }), {
      ip: "192.0.2.5",
      ssid: undefined,
      mac: undefined,
      bssid: undefined,
      rssi: -50
    })
  })

  it("an answer without an address is none", () => {
    assert.isUndefined(NetworkTrait.decode({ ssid: "x" }))
    assert.isUndefined(NetworkTrait.decode("unknown_method"))
  })
})
