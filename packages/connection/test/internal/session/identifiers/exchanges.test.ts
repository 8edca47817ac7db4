import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { Exchanges, type Linked } from "../../../../src/internal/session/identifiers/exchanges.ts"

interface Entry extends Linked<Entry> {}

const entry = (id: number): Entry => ({ id, before: undefined, behind: undefined })

const ids = (exchanges: Exchanges<Entry>) => exchanges.values().map(({ id }) => id)

describe("Exchanges", () => {
  it("finds entries whose identifiers share their lower bits", () => {
    const exchanges = new Exchanges<Entry>()
    const all = [1, 17, 33, 32_769, 65_535].map(entry)
    all.forEach((one) => exchanges.add(one))
    for (const one of all) assert.strictEqual(exchanges.get(one.id), one)
    assert.isUndefined(exchanges.get(49))
    assert.deepStrictEqual(ids(exchanges), [1, 17, 33, 32_769, 65_535])
  })

  it("does not take out another entry with the same identifier", () => {
    const exchanges = new Exchanges<Entry>()
    exchanges.add(entry(5))
    assert.isFalse(exchanges.delete(entry(5)))
    assert.strictEqual(exchanges.size, 1)
  })

  it("does what a Map does that deletes before it sets", () => {
    const id = FastCheck.integer({ min: 1, max: 200 })
    FastCheck.assert(FastCheck.property(
      FastCheck.array(FastCheck.tuple(FastCheck.constantFrom("add", "delete", "clear"), id), { maxLength: 300 }),
      (commands) => {
        const exchanges = new Exchanges<Entry>()
        const model = new Map<number, Entry>()
        for (const [command, id] of commands) {
          if (command === "add") {
            const one = entry(id)
            exchanges.add(one)
            model.delete(id)
            model.set(id, one)
          } else if (command === "delete") {
            const one = model.get(id)
            if (one !== undefined) assert.isTrue(exchanges.delete(one))
            model.delete(id)
          } else if (id < 5) {
            exchanges.clear()
            model.clear()
          }
          assert.deepStrictEqual(ids(exchanges), [...model.keys()])
          assert.strictEqual(exchanges.first, model.values().next().value)
          assert.strictEqual(exchanges.size, model.size)
          assert.strictEqual(exchanges.get(id), model.get(id))
        }
      }
    ))
  })
})
