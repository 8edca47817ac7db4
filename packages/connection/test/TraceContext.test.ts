import { Broker } from "@effect-mqtt/broker"
import { Packet } from "@effect-mqtt/codec"
import { MqttClient, Reconnect, TraceContext } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, HashMap, Logger, LogLevel, Option, Redacted, Stream, TestClock, Tracer } from "effect"
import { describe as describePacket } from "../src/internal/client/observing/packetLog.ts"
import { settle } from "./scriptedClient.ts"
import * as Scripted from "./scriptedServer.ts"

const options: MqttClient.Options = { url: "mqtt://memory", clientId: "me" }

const traceId = "0af7651916cd43dd8448eb211c80319c"
const spanId = "b7ad6b7169203331"

const message = (...userProperties: ReadonlyArray<readonly [string, string]>) => ({
  topic: "t",
  payload: new Uint8Array(0),
  qos: 0 as const,
  retain: false,
  dup: false,
  properties: { userProperties }
})

describe("TraceContext", () => {
  it("reads a parent that is one, and no other", () => {
    const parent = Option.getOrThrow(TraceContext.extract(message(["traceparent", `00-${traceId}-${spanId}-01`])))
    assert.deepStrictEqual([parent.traceId, parent.spanId, parent.sampled], [traceId, spanId, true])
    for (
      const wrong of [
        "",
        `00-${traceId}-${spanId}`,
        `00-${traceId.toUpperCase()}-${spanId}-01`,
        `00-${"0".repeat(32)}-${spanId}-01`,
        `00-${traceId}-${"0".repeat(16)}-01`,
        `ff-${traceId}-${spanId}-01`,
        `00-${traceId}-${spanId}-01-more`
      ]
    ) assert.isTrue(Option.isNone(TraceContext.extract(message(["traceparent", wrong]))), wrong)
    assert.isTrue(Option.isNone(TraceContext.extract({})))
  })

  it.scoped("goes from the publisher to the handler, with its state, when traces are on", () =>
    Effect.gen(function*() {
      const client = yield* MqttClient.make({ ...options, traces: TraceContext.spans })
      const { messages } = yield* client.subscription("t")
      const origin = message(["traceparent", `00-${traceId}-${spanId}-01`], ["tracestate", "vendor=1"])
      yield* client.publish("t", "x", { properties: { userProperties: [["mine", "kept"]] } }).pipe(
        TraceContext.withProcessSpan(origin)
      )
      const [arrived] = Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(messages, 1)))
      assert.isDefined(arrived)
      const properties = arrived?.properties?.userProperties ?? []
      assert.deepStrictEqual([properties[0], properties[2]], [["mine", "kept"], ["tracestate", "vendor=1"]])
      const handler = yield* TraceContext.withProcessSpan(Effect.currentSpan, arrived ?? origin)
      assert.strictEqual(handler.traceId, traceId)
      const parent = Option.getOrThrow(handler.parent)
      assert.strictEqual(properties[1]?.[1], `00-${traceId}-${parent.spanId}-01`)
      assert.notStrictEqual(parent.spanId, spanId)
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("is the last sender's alone in a message that is passed on", () =>
    Effect.gen(function*() {
      const client = yield* MqttClient.make({ ...options, traces: TraceContext.spans })
      const { messages } = yield* client.subscription("t")
      const { properties } = message(
        ["traceparent", `00-${traceId}-${spanId}-01`],
        ["mine", "kept"],
        ["tracestate", "a=1"]
      )
      yield* client.publish("t", "x", { properties })
      const [arrived = message()] = Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(messages, 1)))
      const names = arrived.properties?.userProperties?.map(([name]) => name)
      assert.deepStrictEqual(names, ["mine", "traceparent"])
      assert.notStrictEqual(Option.getOrThrow(TraceContext.extract(arrived)).spanId, spanId)
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("adds nothing when they are off, nor in 3.1.1", () =>
    Effect.gen(function*() {
      const silent = yield* MqttClient.make(options)
      const old = yield* MqttClient.make({
        ...options,
        clientId: "old",
        protocolVersion: 4,
        traces: TraceContext.spans
      })
      const { messages } = yield* silent.subscription("t")
      yield* Effect.withSpan(silent.publish("t", "x"), "outer")
      yield* Effect.withSpan(old.publish("t", "x"), "outer")
      for (const arrived of yield* Stream.runCollect(Stream.take(messages, 2))) {
        assert.isUndefined(arrived.properties?.userProperties)
      }
    }).pipe(Effect.provide(Broker.layerMemory())))
})

/** The spans that ended, with how they did. */
const recorded = <A, E, R>(use: (spans: ReadonlyArray<Tracer.Span>) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.tracer, (native) => {
    const spans: Array<Tracer.Span> = []
    const tracer = Tracer.make({
      context: native.context,
      span: (...args) => {
        const span = native.span(...args)
        spans.push(span)
        return span
      }
    })
    return Effect.withTracer(use(spans), tracer)
  })

const named = (spans: ReadonlyArray<Tracer.Span>, name: string) => spans.filter((span) => span.name === name)

const ending = ({ status }: Tracer.Span) => status._tag === "Ended" ? status.exit._tag : status._tag

describe("with traces", () => {
  it.scoped("each attempt to connect has a span, up to its CONNACK or its failure", () =>
    recorded((spans) =>
      Effect.gen(function*() {
        const server = yield* Scripted.make()
        const making = yield* Effect.fork(
          MqttClient.make({
            ...options,
            traces: TraceContext.spans,
            initialConnect: "retry",
            reconnect: Reconnect.retries(Reconnect.forever, 1)
          })
            .pipe(Effect.provide(server.layer))
        )
        const refused = yield* server.link
        yield* refused.expect("Connect")
        yield* refused.send(Packet.connAck({ reasonCode: 0x88 }))
        yield* refused.close
        yield* settle
        yield* TestClock.adjust("1 second")
        const link = yield* server.link
        yield* link.expect("Connect")
        yield* settle
        assert.deepStrictEqual(named(spans, "MqttClient.connect").map(ending), ["Failure", "Started"])
        yield* link.send(Packet.connAck())
        yield* Fiber.join(making)
        assert.deepStrictEqual(named(spans, "MqttClient.connect").map(ending), ["Failure", "Success"])
        const [span] = named(spans, "MqttClient.connect")
        assert.strictEqual(span?.attributes.get("messaging.client.id"), "me")
        yield* link.close
      })
    ))

  it.scoped("a run of a sink has a span, which all its messages carry", () =>
    recorded((spans) =>
      Effect.gen(function*() {
        const client = yield* MqttClient.make({ ...options, traces: TraceContext.spans })
        const { messages } = yield* client.subscription("t")
        const outgoing = [{ topic: "t", payload: "1" }, { topic: "t", payload: "2" }]
        yield* Stream.run(Stream.fromIterable(outgoing), client.sink())
        const [span] = named(spans, "MqttClient.sink")
        assert.isDefined(span)
        if (span === undefined) return
        assert.strictEqual(ending(span), "Success")
        assert.strictEqual(span.attributes.get("messaging.batch.message_count"), 2)
        for (const arrived of yield* Stream.runCollect(Stream.take(messages, 2))) {
          const parent = Option.getOrThrow(TraceContext.extract(arrived))
          assert.deepStrictEqual([parent.traceId, parent.spanId], [span.traceId, span.spanId])
        }
      })
    ).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("without them nothing has one", () =>
    recorded((spans) =>
      Effect.gen(function*() {
        const client = yield* MqttClient.make(options)
        yield* client.publish("t", "x")
        yield* Stream.run(Stream.make({ topic: "t", payload: "1" }), client.sink())
        assert.deepStrictEqual(spans.filter(({ name }) => name.startsWith("MqttClient")), [])
      })
    ).pipe(Effect.provide(Broker.layerMemory())))
})

describe("the packet log", () => {
  it("shows no secret, no payload and no line break", () => {
    const text = JSON.stringify(describePacket({
      _tag: "Connect",
      clientId: "me\nyou",
      username: "who",
      password: new Uint8Array([1, 2, 3]),
      will: { topic: "gone", payload: new Uint8Array(7), qos: 1 },
      properties: {
        authenticationMethod: "SCRAM",
        authenticationData: new Uint8Array(5),
        userProperties: [["token", "hunter2"]]
      }
    }))
    assert.strictEqual(
      text,
      "{\"_tag\":\"Connect\",\"clientId\":\"me you\",\"username\":\"<hidden>\",\"password\":\"<hidden>\"," +
        "\"will\":{\"topic\":\"gone\",\"payload\":\"<7 bytes>\",\"qos\":1}," +
        "\"properties\":{\"authenticationMethod\":\"SCRAM\",\"authenticationData\":\"<5 bytes>\",\"userProperties\":[\"token\"]}}"
    )
  })

  const logged = (level: LogLevel.LogLevel) =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      const logger = Logger.make(({ annotations, message: text }) => {
        lines.push(`${String(text)} ${JSON.stringify(Object.fromEntries(HashMap.toEntries(annotations)))}`)
      })
      yield* Effect.gen(function*() {
        const client = yield* MqttClient.make({ ...options, username: "who", password: Redacted.make("hunter2") })
        yield* client.publish("t", "secret payload", { qos: 1 })
        yield* Effect.repeatN(Effect.yieldNow(), 50)
      }).pipe(
        Effect.scoped,
        Effect.provide([
          Broker.layerMemory(),
          Logger.replace(Logger.defaultLogger, logger),
          Logger.minimumLogLevel(level)
        ])
      )
      return lines.filter((line) => line.startsWith("MQTT sent") || line.startsWith("MQTT received"))
    })

  it.effect("is written at trace level, both ways", () =>
    Effect.gen(function*() {
      const lines = yield* logged(LogLevel.Trace)
      const packets = lines.map((line) => line.split(" ").slice(1, 3).join(" "))
      assert.includeMembers(packets, ["sent Connect", "received ConnAck", "sent Publish", "received PubAck"])
      assert.notMatch(lines.join(), /hunter2|who|secret/)
      assert.include(lines.join(), "\"payload\":\"<14 bytes>\"")
    }))

  it.effect("and not above it", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* logged(LogLevel.Debug), [])
    }))
})
