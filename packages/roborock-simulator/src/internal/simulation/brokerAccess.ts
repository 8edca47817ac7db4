import * as MqttCredentials from "@effect-mqtt/roborock/MqttCredentials"
import * as Redacted from "effect/Redacted"
import type { Account } from "../../Account.ts"
import type { BrokerAccess } from "../../Ground.ts"
import { mqttCredentials, type Sessions, topicOwner } from "../../Sessions.ts"

/**
 * The broker lets in the account's MQTT user with the password of any of its logins, and each robot with its own.
 * The account talks to all its robots, a robot to its account alone.
 */
export const makeBrokerAccess = (account: Account, sessions: Sessions): BrokerAccess => {
  const owner = topicOwner(account)
  const text = new TextDecoder()
  const robotOf = (username: string | undefined) => account.robots.find((robot) => robot.mqtt.username === username)

  return {
    authenticate: ({ password, username }) => {
      if (password === undefined) return "BadCredentials"
      const given = text.decode(Redacted.value(password))
      const isRight = (expected: Redacted.Redacted): boolean => Redacted.value(expected) === given
      const robot = robotOf(username)
      if (robot !== undefined) return isRight(robot.mqtt.password)
      return username === owner.username &&
        sessions.list().some((session) => isRight(mqttCredentials(account, session).password))
    },
    authorize: ({ username }, action, topic) => {
      const robot = robotOf(username)
      if (robot !== undefined) {
        return topic === (action === "publish"
          ? MqttCredentials.responseTopic(owner, robot.duid)
          : MqttCredentials.requestTopic(owner, robot.duid))
      }
      const parsed = MqttCredentials.parseTopic(topic)
      if (parsed?.userId !== owner.userId || parsed.username !== owner.username) return false
      return action === "publish"
        ? parsed.direction === "in" && account.robots.some(({ duid }) => duid === parsed.duid)
        : parsed.direction === "out"
    }
  }
}
