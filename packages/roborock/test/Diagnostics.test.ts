import { Diagnostics, HomeData, Q7Rpc } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { openAppliance, serialNumber } from "./cloudAppliance.ts"

const secrets = [
  "key123key123key1",
  serialNumber,
  "Quill",
  "10.1.2.3",
  "aa:bb:cc:dd:ee:ff",
  "quill@example.com",
  "52.1"
]

const entry = { localKey: secrets[0], sn: secrets[1], lon: "52.1", pv: "B01", fv: "1.2", online: true }

const home = HomeData.decode({
  name: "Quill's home",
  products: [
    {
      id: "p1",
      name: "Q7",
      model: "roborock.vacuum.sc01",
      category: "robot.vacuum.cleaner",
      schema: [{ id: "121", code: "state", name: "secret", mode: "ro", type: "ENUM" }]
    },
    { id: "p2", name: "Mower", model: "roborock.mower.x1", category: "roborock.mower" }
  ],
  devices: [
    { ...entry, duid: "d1", name: "Quill's vacuum", productId: "p1", deviceStatus: { "121": 8 } },
    {
      ...entry,
      duid: "quill-mower",
      name: "Quill's mower",
      productId: "p2",
      pv: "C01",
      deviceStatus: {
        "1": 5,
        "2": JSON.stringify({ wifiName: "Quill", blade: 3, at: "10.1.2.3" }),
        "3": "reach quill@example.com or aa:bb:cc:dd:ee:ff",
        "4": "x".repeat(5000),
        "5": [[[[[[[[[[1]]]]]]]]]]
      }
    },
    { nonsense: true }
  ]
})

describe("a report", () => {
  it.scoped("has what devices tell, also those that are not supported, and no secret", () =>
    Effect.gen(function*() {
      const { device } = yield* openAppliance(
        { version: "B01", model: "roborock.vacuum.sc01", category: "robot.vacuum.cleaner" },
        (payload) => {
          const { method, msgId } = Either.getOrThrow(Q7Rpc.decodeRequest(payload))
          const data = { status: 4, quantity: 93, serial_number: serialNumber, net: { ip: "10.1.2.3", rssi: -40 } }
          return [[102, Q7Rpc.encodeReply({ msgId, method, data }, 1)]]
        }
      )
      const report = yield* Diagnostics.make(home, [device])
      const [vacuum, mower] = report.devices
      assert.strictEqual(report.unreadable, 1)
      assert.deepInclude(vacuum, {
        model: "roborock.vacuum.sc01",
        product: "Q7",
        firmware: "1.2",
        unsupported: undefined
      })
      assert.deepStrictEqual(vacuum?.schema, [{ id: "121", code: "state", type: "ENUM" }])
      assert.deepInclude(vacuum?.told, { stateName: "charging", available: true })
      assert.deepInclude(vacuum?.told?.fields, {
        quantity: 93,
        serial_number: "<private>",
        net: { ip: "<private>", rssi: -40 }
      })
      assert.include(vacuum?.told?.traits ?? [], "cleaning")
      assert.include(mower?.unsupported, "\"C01\" is not known")
      assert.deepInclude(mower?.dataPoints, {
        "1": 5,
        "2": { wifiName: "<private>", blade: 3, at: "<private>" },
        "3": "reach <private> or <private>",
        "4": "<text of 5000 characters>"
      })
      const text = JSON.stringify(report)
      for (const secret of secrets) assert.notInclude(text.toLowerCase(), secret.toLowerCase())
    }))

  const reportOf = (deviceStatus: unknown, product: object = {}, more: object = {}) =>
    Effect.map(
      Diagnostics.make(
        HomeData.decode({
          name: "Villa Quill",
          rooms: [{ id: 1, name: "Quill's study" }],
          products: [{ id: "p2", name: "Mower", model: "roborock.mower.x1", category: "roborock.mower", ...product }],
          devices: [{
            ...entry,
            duid: "mower.1",
            name: "Grazer (old)",
            productId: "p2",
            pv: "C01",
            deviceStatus,
            ...more
          }]
        }),
        []
      ),
      ({ devices: [device] }) => device
    )

  it.effect("finds what is private however deep it is, and what nothing labels", () =>
    Effect.gen(function*() {
      const twice = (value: unknown) => JSON.stringify(JSON.stringify(value))
      const device = yield* reportOf({
        "1": twice({ ssid: "Quill", rssi: -40 }),
        "2": "{\"ssid\":\"Quill",
        "3": "ssid=Quill;rssi=-40",
        "4": { deviceSn: "Q1", localIp: 17, timeZoneCity: "Nuuk", posix_timezone: "GMT", sn: { a: "Q1" }, speed: 3 },
        "5": ["fe80::1c2:ff", "2001:db8:0:1:2:3:4:5", "a1b2c3d4e5f6", "21:30:05"],
        "6": { "aa:bb:cc:dd:ee:ff": 1 },
        "7": ["stuck in QUILL'S STUDY of villa quill", "by GRAZER (OLD), mower.1", serialNumber, "key123key123key1"],
        "8": "c2VjcmV0IHBpY3R1cmUgb2YgYSBob21l",
        "9": JSON.stringify({ state: 4, text: "main brush" })
      })
      assert.deepStrictEqual(device?.dataPoints, {
        "1": { ssid: "<private>", rssi: -40 },
        "2": "<text of 14 characters>",
        "3": "<private>",
        "4": {
          deviceSn: "<private>",
          localIp: "<private>",
          timeZoneCity: "<private>",
          posix_timezone: "<private>",
          sn: "<private>",
          speed: 3
        },
        "5": ["<private>", "<private>", "<private>", "21:30:05"],
        "6": { "<private>": 1 },
        "7": ["stuck in <private> of <private>", "by <private>, <private>", "<private>", "<private>"],
        "8": "<private>",
        "9": { state: 4, text: "main brush" }
      })
    }))

  it.effect("is bounded, also where the cloud is strange", () =>
    Effect.gen(function*() {
      const long = "x".repeat(5000)
      const schema = [{ id: 1, code: { owner: "Quill", more: long }, type: "ENUM\u009b2J" }]
      const device = yield* reportOf({ "1": long }, { name: long, schema }, {
        pv: long,
        fv: "1\u009b2J",
        featureSet: long
      })
      assert.deepInclude(device, {
        product: "<text of 5000 characters>",
        protocolVersion: "<text of 5000 characters>",
        firmware: "1 2J",
        featureSet: "<text of 5000 characters>"
      })
      assert.deepStrictEqual(device?.schema, [
        { id: 1, code: { owner: "<private>", more: "<text of 5000 characters>" }, type: "ENUM 2J" }
      ])
      assert.isBelow(JSON.stringify(device).length, 1500)
    }))
})
