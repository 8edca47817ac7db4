import { expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import type { Capabilities } from "../brokers/capabilities.ts"
import { aedes, ejabberd, mosquitto, nats, rabbitmq } from "../brokers/capabilities.ts"

const file = new URL("../../docs/brokers.md", import.meta.url)

const brokers = [mosquitto, ejabberd, rabbitmq, nats, aedes]

const hex = (value: number | string) => typeof value === "number" ? `0x${value.toString(16).padStart(2, "0")}` : value

/** One answer for both versions if they agree. */
const perVersion = <A>(answers: Readonly<Partial<Record<4 | 5, A>>>, show: (answer: A) => string): string => {
  const [first = "no", second = first] = [answers[4], answers[5]].flatMap((each) =>
    each === undefined ? [] : [show(each)]
  )
  return first === second ? first : `${first}, in 5.0 ${second}`
}

const yes = (value: boolean) => value ? "yes" : "no"

const size = (bytes: number) => bytes < 1024 * 1024 ? `${bytes / 1024} KiB` : `${bytes / 1024 / 1024} MiB`

const rows: ReadonlyArray<readonly [string, (can: Capabilities) => string]> = [
  ["MQTT versions", ({ versions }) => versions.map((version) => version === 4 ? "3.1.1" : "5.0").join(", ")],
  ["answer to another version", ({ otherVersion }) => otherVersion ?? "-"],
  ["a wrong password", ({ wrongPassword }) => perVersion(wrongPassword, hex)],
  ["the same over WebSocket", ({ wrongPasswordOverWebSocket }) => wrongPasswordOverWebSocket],
  ["highest QoS", ({ qos }) => `${qos}`],
  ["a QoS 2 publish", ({ qos2Publish }) => qos2Publish],
  ["a publish that is not allowed", ({ forbiddenPublish }) => perVersion(forbiddenPublish, hex)],
  ["a subscription that is not allowed", ({ forbiddenSubscribe }) => perVersion(forbiddenSubscribe, hex)],
  ["shared subscriptions", ({ sharedSubscriptions }) => perVersion(sharedSubscriptions, yes)],
  ["a restart keeps sessions", ({ sessionsSurviveRestart }) => yes(sessionsSurviveRestart)],
  ["a restart keeps retained messages", ({ retainedSurvivesRestart }) => yes(retainedSurvivesRestart)],
  ["dots in topics", ({ dotsInTopics }) => yes(dotsInTopics)],
  ["QoS 1 filters of one client, as tested", ({ filters }) => `${filters}`],
  ["payload over WebSocket, as tested", ({ webSocketPayload }) => size(webSocketPayload)]
]

const line = (cells: ReadonlyArray<string>) => `| ${cells.join(" | ")} |`

const table = [
  line(["", ...brokers.map(({ name }) => name)]),
  line(["---", ...brokers.map(() => "---")]),
  ...rows.map(([title, show]) => line([title, ...brokers.map(show)]))
].join("\n")

it("docs/brokers.md shows what the brokers are held to (`pnpm test:interop --update` writes it)", async () => {
  const text = readFileSync(file, "utf8")
  const shown = text.replace(
    /(<!-- table -->\n)[^]*(\n<!-- end of table -->)/,
    (_, before, after) => before + table + after
  )
  await expect(shown).toMatchFileSnapshot(file.pathname)
})
