/** What each broker can and cannot do: the tests hold the brokers to it, and `docs/brokers.md` shows it. */

export interface Capabilities {
  readonly name: string
  /** MQTT versions: 4 is 3.1.1. */
  readonly versions: ReadonlyArray<4 | 5>
  /** How it answers a client of another version. */
  readonly otherVersion: "code 1" | "hangs up" | undefined
  /** The code of a CONNACK that refuses a password, for each version. */
  readonly wrongPassword: Readonly<Partial<Record<4 | 5, number>>>
  /** How it refuses one over WebSocket. */
  readonly wrongPasswordOverWebSocket: "the same" | "close code 1002"
  /** The highest QoS. */
  readonly qos: 1 | 2
  /** What a QoS 2 publish comes to where there is none. */
  readonly qos2Publish: "works" | "answered as QoS 1" | "ends the link"
  /** What becomes of a publish to a topic that the client may not use, for each version. */
  readonly forbiddenPublish: Readonly<Partial<Record<4 | 5, number | "dropped" | "ends the link">>>
  /** The same for a subscription; `filtered` grants it, and gives nothing. */
  readonly forbiddenSubscribe: Readonly<Partial<Record<4 | 5, number | "filtered" | "ends the link">>>
  readonly sharedSubscriptions: Readonly<Partial<Record<4 | 5, boolean>>>
  /** Sessions with their messages outlive a restart of the broker. */
  readonly sessionsSurviveRestart: boolean
  /** The same for retained messages. */
  readonly retainedSurvivesRestart: boolean
  /** Topic levels may have dots in them. */
  readonly dotsInTopics: boolean
  /** QoS 1 filters that one client may have, or has within a second. */
  readonly filters: 50 | 1000
  /** The largest payload in bytes that it sends over WebSocket within a second. */
  readonly webSocketPayload: number
}

const mib = 1024 * 1024

export const mosquitto: Capabilities = {
  name: "Mosquitto 2.0",
  versions: [4, 5],
  otherVersion: undefined,
  wrongPassword: { 4: 5, 5: 0x87 },
  wrongPasswordOverWebSocket: "the same",
  qos: 2,
  qos2Publish: "works",
  forbiddenPublish: { 4: "dropped", 5: 0x87 },
  forbiddenSubscribe: { 4: "filtered", 5: "filtered" },
  sharedSubscriptions: { 4: true, 5: true },
  sessionsSurviveRestart: true,
  retainedSurvivesRestart: true,
  dotsInTopics: true,
  filters: 1000,
  webSocketPayload: 32 * 1024
}

export const ejabberd: Capabilities = {
  name: "ejabberd 23",
  versions: [4, 5],
  otherVersion: undefined,
  wrongPassword: { 4: 5, 5: 0x87 },
  wrongPasswordOverWebSocket: "the same",
  qos: 2,
  qos2Publish: "works",
  forbiddenPublish: { 4: "dropped", 5: 0x90 },
  forbiddenSubscribe: { 4: 0x80, 5: 0x8f },
  sharedSubscriptions: { 4: false, 5: false },
  sessionsSurviveRestart: false,
  retainedSurvivesRestart: true,
  dotsInTopics: true,
  filters: 1000,
  webSocketPayload: 4 * mib
}

export const rabbitmq: Capabilities = {
  name: "RabbitMQ 3.10",
  versions: [4],
  otherVersion: "hangs up",
  wrongPassword: { 4: 4 },
  wrongPasswordOverWebSocket: "close code 1002",
  qos: 1,
  qos2Publish: "answered as QoS 1",
  forbiddenPublish: { 4: "ends the link" },
  forbiddenSubscribe: { 4: "ends the link" },
  sharedSubscriptions: { 4: false },
  sessionsSurviveRestart: true,
  retainedSurvivesRestart: true,
  dotsInTopics: true,
  filters: 50,
  webSocketPayload: 4 * mib
}

export const nats: Capabilities = {
  name: "NATS 2.9",
  versions: [4],
  otherVersion: "code 1",
  wrongPassword: { 4: 5 },
  wrongPasswordOverWebSocket: "the same",
  qos: 1,
  qos2Publish: "ends the link",
  forbiddenPublish: { 4: "dropped" },
  forbiddenSubscribe: { 4: 0x80 },
  sharedSubscriptions: { 4: false },
  sessionsSurviveRestart: true,
  retainedSurvivesRestart: true,
  dotsInTopics: false,
  filters: 50,
  webSocketPayload: 4 * mib
}

export const aedes: Capabilities = {
  name: "Aedes 1.2",
  versions: [4],
  otherVersion: "code 1",
  wrongPassword: { 4: 4 },
  wrongPasswordOverWebSocket: "the same",
  qos: 2,
  qos2Publish: "works",
  forbiddenPublish: { 4: "ends the link" },
  forbiddenSubscribe: { 4: 0x80 },
  sharedSubscriptions: { 4: false },
  sessionsSurviveRestart: false,
  retainedSurvivesRestart: false,
  dotsInTopics: true,
  filters: 1000,
  webSocketPayload: 4 * mib
}
