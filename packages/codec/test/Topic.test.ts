import { Topic } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"

describe("Topic.matches", () => {
  // Sections 4.7.1.2, 4.7.1.3, 4.7.2 and 4.8.2: the examples of the specification and their borders.
  for (
    const [filter, topic, expected] of [
      ["sport/tennis/player1/#", "sport/tennis/player1", true],
      ["sport/tennis/player1/#", "sport/tennis/player1/ranking", true],
      ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true],
      ["sport/tennis/player1/#", "sport/tennis/player10", false],
      ["sport/#", "sport", true],
      ["sport/#", "sports", false],
      ["#", "a", true],
      ["#", "/", true],
      ["sport/tennis/+", "sport/tennis/player1", true],
      ["sport/tennis/+", "sport/tennis/player1/ranking", false],
      ["sport/+", "sport", false],
      ["sport/+", "sport/", true],
      ["+/+", "/finance", true],
      ["/+", "/finance", true],
      ["+", "/finance", false],
      ["+/tennis/#", "sport/tennis", true],
      ["+/#", "sport", true],
      ["#", "$SYS/uptime", false],
      ["+/monitor/Clients", "$SYS/monitor/Clients", false],
      ["$SYS/#", "$SYS/monitor/Clients", true],
      ["$SYS/#", "$SYS", true],
      ["$SYS/monitor/+", "$SYS/monitor/Clients", true],
      ["a/b", "a/b", true],
      ["a/b", "A/b", false],
      ["a/b", "a/bc", false],
      ["a/b", "a", false],
      ["a//b", "a//b", true],
      ["a/+/b", "a//b", true],
      ["a/", "a", false],
      ["a/$x", "a/$x", true],
      ["a/+", "a/$x", true],
      ["$share/g/sport/#", "sport/tennis", true],
      ["$share/g/+/b", "a/b", true],
      ["$share/g/#", "$SYS/uptime", false],
      ["$share/g/$SYS/#", "$SYS/uptime", true],
      ["$share/g/a", "$share/g/a", false],
      ["$share/g", "g", false],
      ["$share/g", "/g", false]
    ] as const
  ) {
    it(`${filter} ${expected ? "covers" : "does not cover"} ${topic}`, () => {
      assert.strictEqual(Topic.matches(filter, topic), expected)
    })
  }
})

describe("Topic.name", () => {
  for (
    const [topic, expected] of [
      ["a/b", undefined],
      ["/", undefined],
      ["$SYS/x", undefined],
      ["\ufeff", undefined],
      ["x".repeat(65_535), undefined],
      ["", "Empty"],
      ["x".repeat(65_536), "TooLong"],
      ["ü".repeat(32_768), "TooLong"],
      ["a\0b", "NullCharacter"],
      ["a\ud800b", "IllFormedText"],
      ["\udc00", "IllFormedText"],
      ["\u{1f600}", undefined],
      ["a/+", "WildcardInName"],
      ["a#", "WildcardInName"]
    ] as const
  ) {
    it(`${JSON.stringify(topic.slice(0, 12))} of ${topic.length} is ${expected ?? "a name"}`, () => {
      assert.strictEqual(Topic.nameProblem(topic), expected)
      assert.strictEqual(Topic.isName(topic), expected === undefined)
    })
  }

  it("fails with an error that explains itself", () => {
    const error = Either.getOrThrow(Either.flip(Topic.name("a/+")))
    assert.strictEqual(error._tag, "InvalidTopic")
    assert.strictEqual(error.message, "Not a topic name: it contains a wildcard")
    assert.deepInclude(error, { kind: "name", topic: "a/+", reason: "WildcardInName" })
    assert.deepStrictEqual(Topic.name("a/b"), Either.right("a/b" as Topic.TopicName))
  })
})

describe("Topic.filter", () => {
  for (
    const [filter, expected] of [
      ["#", undefined],
      ["+", undefined],
      ["a/+/b/#", undefined],
      ["/#", undefined],
      ["$share/g/a", undefined],
      ["$share/g//", undefined],
      ["$share", undefined],
      ["", "Empty"],
      ["a#", "WildcardPlacement"],
      ["#/a", "WildcardPlacement"],
      ["a/#/b", "WildcardPlacement"],
      ["a+", "WildcardPlacement"],
      ["+a", "WildcardPlacement"],
      ["##", "WildcardPlacement"],
      ["$share/g/a#", "WildcardPlacement"],
      ["$share/g", "SharedSubscription"],
      ["$share/g/", "SharedSubscription"],
      ["$share//a", "SharedSubscription"],
      ["$share/+/a", "SharedSubscription"],
      ["$share/g#/a", "SharedSubscription"]
    ] as const
  ) {
    it(`${filter} is ${expected ?? "a filter"}`, () => {
      assert.strictEqual(Topic.filterProblem(filter), expected)
      assert.strictEqual(Either.isRight(Topic.filter(filter)), expected === undefined)
    })
  }

  it("knows no shared subscriptions in 3.1.1, where wildcards have their places all the same", () => {
    for (const filter of ["$share/g", "$share/g/", "$share//a", "$share/+/a", "$share/#", "$share/g/a/#"]) {
      assert.strictEqual(Topic.filterProblem(filter, 4), undefined)
    }
    for (const filter of ["$share/#/a", "$share/g#/a", "$share/a+", "$share//a#", "$share/g/a#"]) {
      assert.strictEqual(Topic.filterProblem(filter, 4), "WildcardPlacement")
    }
    assert.strictEqual(Topic.filterProblem("", 4), "Empty")
  })

  it("fails with an error that names the reason", () => {
    for (
      const [filter, message] of [
        ["", "it is empty"],
        ["x".repeat(65_536), "it takes more than 65535 bytes of UTF-8"],
        ["\0", "it contains U+0000"],
        ["\ud800", "it contains half of a surrogate pair"],
        ["a#", "a wildcard must fill its level, and # must be the last one"],
        ["$share/g", "a shared subscription is $share/{group}/{filter}, with a group free of wildcards"]
      ] as const
    ) {
      const error = Either.getOrThrow(Either.flip(Topic.filter(filter)))
      assert.strictEqual(error.message, `Not a topic filter: ${message}`)
      assert.deepInclude(error, { kind: "filter", topic: filter })
    }
    assert.deepStrictEqual(Topic.filter("a/#"), Either.right("a/#" as Topic.TopicFilter))
  })

  it("takes a shared subscription apart", () => {
    assert.deepStrictEqual(Topic.toShared("$share/g/a/+"), { group: "g", filter: "a/+" as Topic.TopicFilter })
    assert.strictEqual(Topic.toShared("a/+"), undefined)
    for (const other of ["$share/g", "$share//a", "$share/g/", "$share/+/a", "$share/g/a#", "share/g/a", ""]) {
      assert.strictEqual(Topic.toShared(other), undefined, other)
    }
  })
})
