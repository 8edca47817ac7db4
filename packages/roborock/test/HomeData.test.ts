import { HomeData } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"

describe("HomeData", () => {
  const device = { duid: "d1", name: "Living room", localKey: "key", productId: "p1", pv: "1.0", online: true }
  const product = { id: "p1", name: "S7", model: "roborock.vacuum.a15", category: "robot.vacuum.cleaner" }

  it("joins devices with products and keeps the last data points", () => {
    const home = HomeData.decode({
      id: 1,
      name: "Home",
      products: [product],
      devices: [{ ...device, deviceStatus: { 121: 8, "101": { 6: 0 }, nonsense: 1 } }]
    })
    const [first] = home.devices
    assert.strictEqual(first?.model, "roborock.vacuum.a15")
    assert.strictEqual(first.unsupported, undefined)
    assert.strictEqual(first.dataPoints.get(121), 8)
    assert.strictEqual(first.dataPoints.size, 2)
    assert.strictEqual(first.shared, false)
  })

  it("a bad entry stops no other", () => {
    const home = HomeData.decode({
      products: [null, product, { id: [] }],
      devices: [{ duid: "x" }, 7, device, { ...device, duid: "d2", fv: 3, online: "yes", deviceStatus: [] }],
      receivedDevices: [{ ...device, duid: "d3", productId: null }],
      rooms: [{ id: 1, name: "Kitchen" }, { id: "2" }]
    })
    assert.deepStrictEqual(home.devices.map(({ duid }) => duid), ["d1", "d2", "d3"])
    assert.strictEqual(home.devices[2]?.shared, true)
    assert.strictEqual(home.ignored.length, 5)
    assert.deepStrictEqual(home.rooms, [{ id: 1, name: "Kitchen" }])
  })

  it("devices that cannot be talked to are listed with the reason", () => {
    const home = HomeData.decode({
      products: [product, { ...product, id: "m", category: "roborock.mower" }],
      devices: [
        { ...device, pv: "A01" },
        { ...device, duid: "d2", pv: "B01", productId: "m" },
        { ...device, duid: "d3", pv: "Z99" },
        { ...device, duid: "d4", pv: null },
        { ...device, duid: "d5", productId: "m" }
      ]
    })
    assert.lengthOf(home.devices, 5)
    for (const { unsupported } of home.devices) assert.isString(unsupported)
    assert.include(home.devices[2]?.unsupported, "Z99")
  })

  it("an id that cannot be a level of a topic is no id, and costs no other device", () => {
    const bad = ["", "+", "bad#duid", "a/b", "nul\u0000", "space ", "ümlaut", "x".repeat(65)]
    const devices = [...bad, "1A~2-b_C.d=$"].map((duid) => ({ ...device, duid }))
    const home = HomeData.decode({ products: [product], devices })
    assert.deepStrictEqual(home.devices.map(({ duid }) => duid), ["1A~2-b_C.d=$"])
    assert.lengthOf(home.ignored, bad.length)
  })

  it("a device that is listed twice is one: two of a name could not be told apart", () => {
    const home = HomeData.decode({ products: [product], devices: [device, device], receivedDevices: [device] })
    assert.deepStrictEqual(home.devices.map(({ duid, shared }) => [duid, shared]), [["d1", false]])
    assert.lengthOf(home.ignored, 2)
  })

  it("rooms have their names also where a server sends their numbers as text", () => {
    const rooms = [{ id: "1001", name: "Kitchen" }, { roomId: "1002", name: "Hall" }, { id: "x", name: "Bath" }]
    assert.deepStrictEqual(HomeData.decodeRooms(rooms), [{ id: 1001, name: "Kitchen" }, { id: 1002, name: "Hall" }])
  })

  it("names say nothing to a terminal or a log: the owner of a shared device chooses its name", () => {
    const name = "Evil\u001b]0;title\u0007\r\nroot: \ud800 é"
    const home = HomeData.decode({
      name,
      products: [{ ...product, name }],
      devices: [{ ...device, name: undefined }],
      receivedDevices: [{ ...device, duid: "d2", name }],
      rooms: [{ id: 1, name }]
    })
    const shown = "Evil ]0;title root:   é"
    const names = [home.name, ...home.devices.map((one) => one.name), ...home.rooms.map((room) => room.name)]
    assert.deepStrictEqual(names, [shown, shown, shown, shown])
  })

  it("what is no home has no devices", () => {
    for (const json of [null, 3, [], { devices: {} }]) assert.deepStrictEqual(HomeData.decode(json).devices, [])
  })
})
