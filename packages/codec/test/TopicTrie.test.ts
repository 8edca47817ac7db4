import { Topic, TopicTrie } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { runs } from "./support/effort.ts"

const level = fc.constantFrom("", "a", "b", "$s", "c")
const topic = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join("/")).filter(Topic.isName)
const filter = fc.tuple(
  fc.constantFrom("", "", "", "$share/g/", "$share/h/"),
  fc.array(fc.oneof(level, fc.constant("+")), { maxLength: 5 }),
  fc.constantFrom("", "#")
).map(([share, levels, last]) => share + [...levels, ...(last === "" ? [] : [last])].join("/")).filter(Topic.isFilter)

setFlagsFromString("--expose-gc")

const heldBytes = (): number => {
  runInNewContext("gc()")
  return process.memoryUsage().heapUsed
}

const sorted = (values: ReadonlyArray<string>): ReadonlyArray<string> => [...values].sort()

describe("TopicTrie", () => {
  it("finds what the naive matcher finds, whatever was inserted and removed", () => {
    const step = fc.record({ filter, insert: fc.boolean() })
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.array(topic, { minLength: 1, maxLength: 8 }),
        (steps, topics) => {
          const trie = TopicTrie.make<string>()
          const model = new Map<string, string>()
          steps.forEach(({ filter, insert }, index) => {
            const value = `${filter} ${index}`
            const previous = model.get(filter)
            assert.strictEqual(insert ? trie.insert(filter, value) : trie.remove(filter), previous)
            if (insert) model.set(filter, value)
            else model.delete(filter)
          })
          assert.strictEqual(trie.size, model.size)
          for (const [filter, value] of model) assert.strictEqual(trie.get(filter), value)
          for (const name of topics) {
            const expected = [...model].filter(([filter]) => Topic.matches(filter, name)).map(([, value]) => value)
            assert.deepStrictEqual(sorted(trie.match(name)), sorted(expected))
          }
        }
      ),
      runs(600)
    )
  })

  it("tells what a filter replaces and what its removal takes away", () => {
    const trie = TopicTrie.make<number>()
    assert.strictEqual(trie.insert("a/+/c", 1), undefined)
    assert.strictEqual(trie.insert("a/+/c", 2), 1)
    assert.strictEqual(trie.size, 1)
    assert.strictEqual(trie.get("a/+/c"), 2)
    for (const other of ["a", "a/+", "a/+/c/d", "a/b/c", "a/+/#", "$share/g/a/+/c", "x"]) {
      assert.strictEqual(trie.get(other), undefined, other)
      assert.strictEqual(trie.remove(other), undefined, other)
    }
    assert.strictEqual(trie.size, 1)
    assert.strictEqual(trie.remove("a/+/c"), 2)
    assert.strictEqual(trie.remove("a/+/c"), undefined)
    assert.strictEqual(trie.size, 0)
  })

  it("keeps apart the filter, the one with # below it, and those of share groups", () => {
    const filters = ["a", "a/#", "$share/g/a", "$share/h/a", "$share/g/a/#", "+", "#"]
    const trie = TopicTrie.make<string>()
    for (const filter of filters) trie.insert(filter, filter)
    assert.strictEqual(trie.size, filters.length)
    for (const filter of filters) assert.strictEqual(trie.get(filter), filter)
    assert.deepStrictEqual(sorted(trie.match("a")), sorted(filters))
    assert.deepStrictEqual(sorted(trie.match("a/b")), ["#", "$share/g/a/#", "a/#"])
    assert.strictEqual(trie.remove("$share/g/a"), "$share/g/a")
    assert.strictEqual(trie.remove("a/#"), "a/#")
    assert.deepStrictEqual(sorted(trie.match("a")), ["#", "$share/g/a/#", "$share/h/a", "+", "a"])
  })

  it("keeps the neighbours of what is removed, above, below and beside", () => {
    const filters = [
      "a",
      "a/b/c",
      "a/b/+",
      "a/b/c/d",
      "a/+/c",
      "a/x",
      "+/+/c/#",
      "b",
      "c/#",
      "c/d",
      "e/+",
      "e/f",
      "e/+/g"
    ]
    for (const gone of filters) {
      const trie = TopicTrie.make<string>()
      for (const filter of filters) trie.insert(filter, filter)
      assert.strictEqual(trie.remove(gone), gone)
      for (const topic of ["a", "a/b/c", "a/b/z", "a/b/c/d", "a/y/c", "a/x", "q/q/c", "b", "c/d", "e/f", "e/f/g"]) {
        const expected = filters.filter((filter) => filter !== gone && Topic.matches(filter, topic))
        assert.deepStrictEqual(sorted(trie.match(topic)), sorted(expected), `${topic} without ${gone}`)
      }
      assert.strictEqual(trie.insert(gone, "again"), undefined)
      assert.strictEqual(trie.get(gone), "again")
    }
  })

  it("covers no topic that begins with $ by a leading wildcard", () => {
    const trie = TopicTrie.make<string>()
    for (const filter of ["#", "+/a", "+/#", "$SYS/#", "$SYS/+", "$share/g/#"]) trie.insert(filter, filter)
    assert.deepStrictEqual(sorted(trie.match("$SYS/a")), ["$SYS/#", "$SYS/+"])
    assert.deepStrictEqual(sorted(trie.match("$SYS")), ["$SYS/#"])
    assert.deepStrictEqual(sorted(trie.match("x/a")), ["#", "$share/g/#", "+/#", "+/a"])
  })

  it("looks at the levels of the topic, not at the filters", () => {
    const trie = TopicTrie.make<number>()
    for (let index = 0; index < 20_000; index++) trie.insert(`device/${index}/+/state`, index)
    assert.deepStrictEqual(trie.match("device/19999/lamp/state"), [19_999])
    // A search of all filters would take a minute.
    for (let round = 0; round < 20_000; round++) {
      assert.strictEqual(trie.match(`device/${round}/lamp/state`).length, 1)
    }
  })

  it("holds no memory for filters that are gone", () => {
    const trie = TopicTrie.make<number>()
    trie.insert("device/+/state", -1)
    const churn = (rounds: number) => {
      for (let index = 0; index < rounds; index++) {
        for (const filter of [`device/${index}/+/state/x`, `+/${index}/a/#`, `$share/g/${index}/b`]) {
          trie.insert(filter, index)
          trie.remove(filter)
        }
      }
    }
    churn(1000)
    const before = heldBytes()
    churn(20_000)
    assert.isBelow(heldBytes() - before, 2_000_000, "of 200 000 levels that have come")
    assert.deepStrictEqual(trie.match("device/7/state"), [-1])
  })

  it("holds nothing of a long filter that is gone for the level that it shares with another", () => {
    const trie = TopicTrie.make<number>()
    const before = heldBytes()
    for (let index = 0; index < 500; index++) {
      const level = `first-level-of-many-${index}`
      // As a decoder makes texts: flat, not as the parts they were joined of.
      const long = Buffer.from(`${level}/${"x".repeat(60_000)}`).toString("latin1")
      trie.insert(long, index)
      trie.insert(`${level}/x`, index)
      trie.remove(long)
    }
    assert.isBelow(heldBytes() - before, 15_000_000, "of 30 MB that have come")
    assert.strictEqual(trie.size, 500)
  })

  it("keeps undefined as a value", () => {
    const trie = TopicTrie.make<undefined>()
    trie.insert("a", undefined)
    trie.insert("a", undefined)
    assert.strictEqual(trie.size, 1)
    assert.deepStrictEqual(trie.match("a"), [undefined])
    trie.remove("a")
    assert.strictEqual(trie.size, 0)
  })

  it("survives the deepest filters and topics that a packet can carry", () => {
    const trie = TopicTrie.make<string>()
    const deep = "/".repeat(65_535)
    const wide = Array.from({ length: 32_768 }, () => "+").join("/")
    trie.insert(deep, "deep")
    trie.insert(wide, "wide")
    trie.insert("#", "all")
    assert.deepStrictEqual(sorted(trie.match(deep)), ["all", "deep"])
    assert.deepStrictEqual(sorted(trie.match("x/".repeat(32_767))), ["all", "wide"])
    assert.strictEqual(trie.remove(deep), "deep")
    assert.strictEqual(trie.remove(wide), "wide")
    assert.deepStrictEqual(trie.match(deep), ["all"])
  })

  it("takes levels named like members of objects", () => {
    const trie = TopicTrie.make<number>()
    trie.insert("__proto__/constructor", 1)
    assert.deepStrictEqual(trie.match("__proto__/constructor"), [1])
    assert.deepStrictEqual(trie.match("toString"), [])
  })
})
