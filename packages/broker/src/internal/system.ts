import * as Message from "./messages/message.ts"

/** What the broker reports about itself. */
export interface Figures {
  readonly startedAt: number
  readonly connected: number
  readonly sessions: number
  readonly subscriptions: number
  readonly retained: number
  readonly received: number
  readonly sent: number
  readonly dropped: number
  readonly heldBytes: number
}

/** The topics on which the broker reports about itself. */
export const isReserved = (topic: string): boolean => topic.startsWith("$SYS/") || topic === "$SYS"

/** Clients do not publish there, except bridges of Mosquitto: each has its state there, as a will and as a message. */
export const mayPublish = (topic: string): boolean => !isReserved(topic) || bridgeState.test(topic)

const bridgeState = /^\$SYS\/broker\/connection\/[^/]+\/state$/

/** How often the figures are published. */
export const intervalMillis = 10_000

/** The figures as messages, on the topics that other brokers use for them. */
export const messages = (figures: Figures, now: number): ReadonlyArray<Message.Message> => {
  const values: ReadonlyArray<readonly [topic: string, value: string | number]> = [
    ["version", "effect-mqtt"],
    ["uptime", `${Math.floor((now - figures.startedAt) / 1000)} seconds`],
    ["clients/connected", figures.connected],
    ["clients/disconnected", figures.sessions - figures.connected],
    ["clients/total", figures.sessions],
    ["subscriptions/count", figures.subscriptions],
    ["retained messages/count", figures.retained],
    ["messages/received", figures.received],
    ["messages/sent", figures.sent],
    ["publish/messages/dropped", figures.dropped],
    ["store/messages/bytes", figures.heldBytes]
  ]
  return values.map(([topic, value]) =>
    Message.make(
      { topic: `$SYS/broker/${topic}`, payload: encoder.encode(`${value}`), qos: 0, retain: true },
      undefined,
      now
    )
  )
}

const encoder = new TextEncoder()
