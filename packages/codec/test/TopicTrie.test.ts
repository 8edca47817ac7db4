import { Topic, TopicTrie } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { runs } from "./support/effort.ts"

const level = fc.constantFrom("", "a", "b", "$s", "c")
const topic = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join("/")).filter(Topic.isName)
const filter = fc.tuple(
  fc.constantFrom("", "", "", "$share/g/", "$share/h/"),
  fc.array(fc.oneof(level, fc.constant("+")), { maxLength: 5 }),
  fc.constantFrom("", "#")
).map(([share, levels, last]) => share + [...levels, ...(last === "" ? [] : [last])].join("/")).filter(Topic.isFilter)

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
