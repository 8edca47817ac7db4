import * as MqttCredentials from "@effect-mqtt/roborock/MqttCredentials"
import * as Redacted from "effect/Redacted"
import type { Account } from "../../Account.ts"
import type { BrokerAccess } from "../../Ground.ts"
import { mqttCredentials, type Sessions, topicOwner } from "../../Sessions.ts"

/**
 * The broker lets in the account's MQTT user with the password of any of its logins, and each device with its own.
 * The account talks to all its devices, a device to its account alone.
 */
export const makeBrokerAccess = (account: Account, sessions: Sessions): BrokerAccess => {
  const owner = topicOwner(account)
  const text = new TextDecoder()
  const devices = [...account.robots, ...account.appliances]
  const deviceOf = (username: string | undefined) => devices.find(({ mqtt }) => mqtt.username === username)

  return {
    authenticate: ({ password, username }) => {
      if (password === undefined) return "BadCredentials"
      const given = text.decode(Redacted.value(password))
      const isRight = (expected: Redacted.Redacted): boolean => Redacted.value(expected) === given
      const device = deviceOf(username)
      if (device !== undefined) return isRight(device.mqtt.password)
      return username === owner.username &&
        sessions.list().some((session) => isRight(mqttCredentials(account, session).password))
    },
    authorize: ({ username }, action, topic) => {
      const device = deviceOf(username)
      if (device !== undefined) {
        return topic === (action === "publish"
          ? MqttCredentials.responseTopic(owner, device.duid)
          : MqttCredentials.requestTopic(owner, device.duid))
      }
      const parsed = MqttCredentials.parseTopic(topic)
      if (parsed?.userId !== owner.userId || parsed.username !== owner.username) return false
      return action === "publish"
        ? parsed.direction === "in" && devices.some(({ duid }) => duid === parsed.duid)
        : parsed.direction === "out"
    }
  }
}
