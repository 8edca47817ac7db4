import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { Deadlines } from "../../../src/internal/sessions/deadlines.ts"

interface Item {
  dueAt: number
}

describe("Deadlines", () => {
  it("gives everything when it is due, whatever was changed meanwhile", () => {
    const changes = FastCheck.array(
      FastCheck.record({
        item: FastCheck.nat(9),
        dueAt: FastCheck.oneof(FastCheck.nat(50), FastCheck.constant(Infinity))
      }),
      { maxLength: 300 }
    )
    FastCheck.assert(FastCheck.property(changes, (changes) => {
      const items = new Map(Array.from({ length: 10 }, (_, index): [number, Item] => [index, { dueAt: Infinity }]))
      const deadlines = new Deadlines<Item>()
      for (const change of changes) {
        const item = items.get(change.item)
        if (item === undefined) continue
        item.dueAt = change.dueAt
        deadlines.enter(item, items)
      }
      for (let now = 0; now <= 50; now++) {
        const due = new Set([...items.values()].filter(({ dueAt }) => dueAt === now))
        for (let item = deadlines.take(now); item !== undefined; item = deadlines.take(now)) {
          assert.isTrue(due.delete(item))
          item.dueAt = Infinity
        }
        assert.strictEqual(due.size, 0)
      }
      assert.strictEqual(deadlines.next, Infinity)
    }))
  })

  it("does not grow with changes", () => {
    const item: Item = { dueAt: 0 }
    const items = new Map([[0, item]])
    const deadlines = new Deadlines<Item>()
    for (let change = 0; change < 10_000; change++) {
      item.dueAt = 20_000 - change
      deadlines.enter(item, items)
    }
    item.dueAt = Infinity
    let looks = 0
    while (deadlines.next !== Infinity) {
      deadlines.take(deadlines.next)
      looks++
    }
    assert.isBelow(looks, 100)
  })
})
