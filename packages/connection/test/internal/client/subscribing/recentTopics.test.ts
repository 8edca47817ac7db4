import { assert, describe, it } from "@effect/vitest"
import { RecentTopics } from "../../../../src/internal/client/subscribing/recentTopics.ts"

describe("what recent topics match", () => {
  it("follows every change of the filters", () => {
    const topics = new RecentTopics<string>()
    assert.deepStrictEqual(topics.match("a/b"), [])
    topics.insert("a/+", "one")
    assert.deepStrictEqual(topics.match("a/b"), ["one"])
    assert.deepStrictEqual(topics.match("a/b"), ["one"])
    topics.insert("a/#", "all")
    assert.sameMembers([...topics.match("a/b")], ["one", "all"])
    topics.remove("a/+")
    assert.deepStrictEqual(topics.match("a/b"), ["all"])
    topics.remove("a/#")
    assert.deepStrictEqual(topics.match("a/b"), [])
  })

  it("remembers as many as it may, and others when those do not come any more", () => {
    const topics = new RecentTopics<number>()
    topics.insert("#", 1)
    const old = Array.from({ length: 1024 }, (_, index) => `old/${index}`)
    for (const topic of [...old, "new"]) topics.match(topic)
    const isRemembered = (topic: string) => topics.match(topic) === topics.match(topic)
    assert.isTrue(old.every(isRemembered))
    assert.isFalse(isRemembered("new"))
    for (let count = 0; count < 8 * 1024; count++) topics.match(`${count}`)
    topics.match("new")
    assert.isTrue(isRemembered("new"))
  })

  it("does not remember a topic that takes much memory", () => {
    const topics = new RecentTopics<number>()
    topics.insert("#", 1)
    const long = "a".repeat(257)
    assert.deepStrictEqual(topics.match(long), [1])
    assert.notStrictEqual(topics.match(long), topics.match(long))
  })

  it("does not remember a topic that many filters cover", () => {
    const topics = new RecentTopics<number>()
    const filters = Array.from({ length: 17 }, (_, index) => `a${"/+".repeat(index + 1)}/#`)
    for (const [index, filter] of filters.entries()) topics.insert(filter, index)
    const topic = `a${"/b".repeat(17)}`
    assert.lengthOf(topics.match(topic), 17)
    assert.notStrictEqual(topics.match(topic), topics.match(topic))
  })
})
