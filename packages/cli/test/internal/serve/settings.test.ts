import { RoborockSession } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { SettingsAnswer } from "../../../src/internal/serve/messages.ts"
import * as settings from "../../../src/internal/serve/settings.ts"
import { home, whileTimePasses } from "../../roborockCommand.ts"
import { jsonOf, server } from "./askedServer.ts"

const options: Simulator.Options = {
  robots: [{ name: "Rich", product: "Qrevo Master" }, { name: "Old", product: "S4" }, { name: "Ten", product: "Q10" }]
}

const read = (name: string) =>
  Effect.gen(function*() {
    const session = yield* RoborockSession.RoborockSession
    return yield* settings.read(yield* session.device(name))
  })

const namesOf = ({ settings }: SettingsAnswer) => settings.map(({ name }) => name)

describe("settings", () => {
  it.effect("are those that a device has", () =>
    whileTimePasses(Effect.gen(function*() {
      assert.sameMembers(namesOf(yield* read("Rich")), [
        ...["childLock", "led", "flowLed", "collisionAvoidance", "floorDirection", "carpetBoost", "autoEmptying"],
        ...[
          "smartWashing",
          "repeat",
          "carpet",
          "emptying",
          "washing",
          "drying",
          "sound",
          "doNotDisturb",
          "offPeakCharging"
        ]
      ])
      assert.deepStrictEqual(yield* read("Old"), {
        settings: [
          { kind: "volume", name: "sound", percent: 70 },
          {
            kind: "hours",
            name: "doNotDisturb",
            enabled: true,
            start: { hour: 22, minute: 0 },
            end: { hour: 8, minute: 0 }
          }
        ],
        silent: []
      })
      assert.sameMembers(namesOf(yield* read("Ten")), [
        ...["childLock", "led", "autoEmptying", "doNotDisturbSwitch", "emptying", "sound"]
      ])
    })).pipe(Effect.provide(home(options))))

  it.scoped("reach the device, and what it would not take is refused before anything is sent", () =>
    whileTimePasses(Effect.gen(function*() {
      const { robots: [robot] } = yield* Simulator.Simulator
      const { ask, send } = yield* server()
      const statusOf = (body: unknown) => Effect.map(send(body, robot?.duid), ({ status }) => status)
      const hours = { do: "hours", name: "doNotDisturb", start: { hour: 21, minute: 30 }, end: { hour: 6, minute: 0 } }
      for (
        const body of [
          { do: "switch", name: "carpetBoost", on: false },
          { do: "switch", name: "smartWashing", on: false },
          { do: "choose", name: "repeat", value: "twice" },
          { do: "choose", name: "carpet", value: "avoid" },
          { do: "choose", name: "drying", value: "4 hours" },
          { do: "volume", percent: 5 },
          { ...hours, enabled: true },
          { ...hours, enabled: false },
          { do: "dockJob", job: "washing", on: true },
          { do: "dockJob", job: "washing", on: false },
          { do: "routine", id: 7001 }
        ]
      ) assert.strictEqual(yield* statusOf(body), 200, JSON.stringify(body))
      assert.strictEqual((yield* robot?.state ?? Effect.die("none")).activity, "Cleaning")
      const known = yield* Effect.flatMap(ask(`/api/devices/${robot?.duid}/settings`), jsonOf)
      const expected: ReadonlyArray<unknown> = [
        { kind: "switch", name: "carpetBoost", on: false },
        { kind: "switch", name: "smartWashing", on: false },
        { kind: "choice", name: "repeat", value: "twice", values: ["once", "twice", "three_times"] },
        { kind: "choice", name: "carpet", value: "avoid", values: ["avoid", "lift", "ignore"] },
        { kind: "choice", name: "drying", value: "4 hours", values: ["2 hours", "3 hours", "4 hours"] },
        { kind: "volume", name: "sound", percent: 5 },
        {
          kind: "hours",
          name: "doNotDisturb",
          enabled: false,
          start: { hour: 21, minute: 30 },
          end: { hour: 6, minute: 0 }
        }
      ]
      assert.deepInclude(known, { silent: [] })
      for (const setting of expected) assert.include(JSON.stringify(known), JSON.stringify(setting))
      for (
        const body of [
          { do: "switch", name: "__proto__", on: true },
          { do: "switch", name: "led", on: 1 },
          { do: "choose", name: "carpet", value: "fly" },
          { do: "choose", name: "repeat", value: "4" },
          { do: "volume", percent: 101 },
          { ...hours, enabled: true, end: { hour: 24, minute: 0 } },
          { do: "dockJob", job: "juggling", on: true }
        ]
      ) assert.strictEqual(yield* statusOf(body), 400, JSON.stringify(body))
      assert.strictEqual(yield* statusOf({ do: "dockJob", job: "washing", on: true }), 409)
    })).pipe(Effect.provide(home(options))))
})
