/** `mqtt conn` */
import type { Negotiated } from "@effect-mqtt/connection/Negotiated"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { connectionTable } from "./connectionTable.ts"
import * as links from "./link.ts"
import { fromMqtt } from "./mqttFailure.ts"
import * as spec from "./optionSpec.ts"
import type { Row } from "./report.ts"
import * as reports from "./report.ts"
import * as reporters from "./reporter.ts"
import * as settingsOf from "./settings.ts"
import * as readers from "./valueReader.ts"

export const table = {
  ...connectionTable,
  ping: spec.value("ping", readers.integer(1, 1_000_000), "Measures this many round trips."),
  interval: spec.value("ping-interval", readers.milliseconds, "Between two of them; 1000 by default.")
}

export type Values = spec.ValuesOf<typeof table>

/** A server of MQTT 5 says with it that the session does not end [5 §3.2.2.3.2]; for that JSON has no Infinity. */
const endless = 0xffffffff

const rowsOf = (negotiated: Negotiated): ReadonlyArray<Row> => [
  ["protocolVersion", "version", negotiated.protocolVersion === 5 ? "5.0" : "3.1.1"],
  ["clientId", "client id", negotiated.clientId],
  ["sessionPresent", "session present", negotiated.sessionPresent],
  ["sessionExpiry", "session expiry (s)", negotiated.sessionExpiry < endless ? negotiated.sessionExpiry : "never"],
  ["keepAlive", "keep alive (s)", negotiated.keepAlive],
  ["receiveMaximum", "receive maximum", negotiated.receiveMaximum],
  ["maximumQoS", "maximum QoS", negotiated.maximumQoS],
  ["maximumPacketBytes", "maximum packet (bytes)", negotiated.maximumPacketBytes],
  ["topicAliasMaximum", "topic aliases", negotiated.topicAliasMaximum],
  ["retainAvailable", "retained messages", negotiated.retainAvailable],
  ["wildcardSubscriptionAvailable", "wildcard subscriptions", negotiated.wildcardSubscriptionAvailable],
  ["subscriptionIdentifierAvailable", "subscription identifiers", negotiated.subscriptionIdentifierAvailable],
  ["sharedSubscriptionAvailable", "shared subscriptions", negotiated.sharedSubscriptionAvailable]
]

const connect = (values: Values, reporter: reporters.Reporter) =>
  Effect.gen(function*() {
    const settings = yield* settingsOf.make(values)
    const measure = Effect.gen(function*() {
      const before = yield* Clock.currentTimeMillis
      const client = yield* links.open(settings, reporter)
      const took = (yield* Clock.currentTimeMillis) - before
      const status = yield* client.status.get
      const negotiated = status._tag === "Connected" ? rowsOf(status.negotiated) : []
      yield* reports.write(reporter, [
        ["url", "broker", settings.client.url],
        ["connectMillis", "connected in (ms)", took],
        ...negotiated
      ])
      for (let count = 1; count <= (values.ping ?? 0); count++) {
        if (count > 1) yield* Effect.sleep(values.interval ?? Duration.seconds(1))
        const roundTrip = Duration.toMillis(yield* Effect.mapError(client.ping, fromMqtt))
        yield* reports.write(reporter, [["ping", "ping", count], ["millis", "round trip (ms)", roundTrip]])
      }
    }).pipe(Effect.scoped)
    yield* links.persistently(values, reporter)(measure)
  })

export const run = (values: Values) => Effect.flatMap(reporters.make(values), (reporter) => connect(values, reporter))
