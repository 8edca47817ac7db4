import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Broker } from "../src/index.ts"
import { connect, subscribe } from "./rawClient.ts"

const receive = (broker: Broker.Broker["Type"], most: number, topics: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const client = yield* connect(broker, "c", { properties: { topicAliasMaximum: most } })
    yield* subscribe(client, "#")
    for (const topic of topics) yield* broker.publish({ topic, payload: "x" })
    return (yield* client.drain).flatMap((packet) =>
      packet._tag === "Publish" ? [[packet.topic, packet.properties?.topicAlias]] : []
    )
  })

describe("topic aliases to the client", () => {
  it.scoped("the first message of a topic defines one, later ones leave the topic out", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      assert.deepStrictEqual(yield* receive(broker, 2, ["home/a", "home/b", "home/a", "home/b", "home/a"]), [
        ["home/a", 1],
        ["home/b", 2],
        ["", 1],
        ["", 2],
        ["", 1]
      ])
    }))

  it.scoped("never more than the client takes: the one used least recently is given away", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      assert.deepStrictEqual(yield* receive(broker, 2, ["home/a", "home/b", "home/a", "home/c", "home/a", "home/b"]), [
        ["home/a", 1],
        ["home/b", 2],
        ["", 1],
        ["home/c", 2],
        ["", 1],
        ["home/b", 2]
      ])
    }))

  it.scoped("none where the client takes none, or the topic is as short as the alias", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      assert.deepStrictEqual(yield* receive(broker, 0, ["home/a"]), [["home/a", undefined]])
      assert.deepStrictEqual(yield* receive(broker, 1, ["a/b"]), [["a/b", undefined]])
    }))

  it.scoped("a message that fits only without its alias goes without, and defines nothing", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const properties = { topicAliasMaximum: 1, maximumPacketSize: 60 }
      const client = yield* connect(broker, "c", { properties })
      yield* subscribe(client, "#")
      const payload = "x".repeat(49) // 60 with header, topic and property length
      yield* broker.publish({ topic: "home/a", payload })
      yield* broker.publish({ topic: "home/a", payload: "small" })
      const [large, small] = yield* client.drain
      assert.deepInclude(large, { topic: "home/a", properties: {} })
      assert.deepInclude(small, { topic: "home/a", properties: { topicAlias: 1 } })
    }))
})
