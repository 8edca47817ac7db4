import { Dock } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"

describe("decodeParts", () => {
  it("tells an empty clean tank, which nothing else tells", () => {
    assert.strictEqual(Dock.decodeParts(168)?.cleanWater, "fine")
    assert.strictEqual(Dock.decodeParts(164)?.cleanWater, "problem")
    assert.deepInclude(Dock.decodeParts(164), { dirtyWater: "fine", dustBag: "fine", waterFilter: "absent" })
  })

  it("finds nothing where nothing is told", () => {
    assert.isUndefined(Dock.decodeParts(0))
    assert.isUndefined(Dock.decodeParts(undefined))
    assert.isUndefined(Dock.decodeParts(1.5))
  })
})

describe("abilities", () => {
  it("depend on the type of the dock", () => {
    const can = (type: number) => {
      const { dries, empties, washes } = Dock.abilities(type)
      return { dries, empties, washes }
    }
    assert.deepStrictEqual(can(0), { dries: false, empties: false, washes: false })
    assert.deepStrictEqual(can(1), { dries: false, empties: true, washes: false })
    assert.deepStrictEqual(can(2), { dries: false, empties: false, washes: true })
    assert.deepStrictEqual(can(3), { dries: false, empties: true, washes: true })
    assert.deepStrictEqual(can(14), { dries: true, empties: true, washes: true })
    assert.deepStrictEqual(can(999), { dries: true, empties: true, washes: true })
    assert.isTrue(Dock.abilities(7).hasBrush)
    assert.isFalse(Dock.abilities(8).hasBrush)
    assert.isTrue(Dock.abilities(31).washesHot)
    assert.isTrue(Dock.abilities(45).washesWithSteam)
    assert.isTrue(Dock.abilities(16).sterilises)
    assert.deepInclude(Dock.abilities(9), { addsFluid: true, isPlumbed: true, cleansTray: false, washesHot: false })
    assert.deepInclude(Dock.abilities(1), { washesWithSteam: false, sterilises: false })
  })

  it("are more with the additive module, and one less", () => {
    assert.deepInclude(Dock.abilities(14), { addsFluid: false, isPlumbed: false, cleansTray: true })
    // The status of a real dock, whose first two bits say something else.
    assert.deepInclude(Dock.abilities(14, 169), { addsFluid: false, isPlumbed: false, cleansTray: true })
    assert.deepInclude(Dock.abilities(14, 170), { addsFluid: true, isPlumbed: true, cleansTray: false })
    assert.deepInclude(Dock.abilities(16, 170), { addsFluid: true, isPlumbed: true })
    assert.deepInclude(Dock.abilities(1, 170), { addsFluid: false, isPlumbed: false })
  })
})
