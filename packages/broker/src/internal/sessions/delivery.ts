import * as QoS from "@effect-mqtt/codec/QoS"
import type { Delivery, Message } from "../messages/message.ts"
import type { Subscription } from "./session.ts"

/** What a message becomes on its way to one subscriber. */
export const toDelivery = (
  message: Message,
  subscription: Subscription,
  retain: boolean,
  isReplay: boolean
): Delivery => ({
  message,
  qos: QoS.min(message.qos, subscription.qos),
  retain,
  identifiers: subscription.identifier === undefined ? undefined : [subscription.identifier],
  isReplay,
  group: subscription.isShared ? subscription.filter : undefined
})

/** Overlapping filters give one copy: the highest QoS and all identifiers [MQTT-3.3.4-2, -4]. */
export const merge = (one: Delivery, two: Delivery): Delivery => ({
  message: one.message,
  qos: one.qos > two.qos ? one.qos : two.qos,
  retain: one.retain || two.retain,
  identifiers: two.identifiers === undefined ? one.identifiers : [...(one.identifiers ?? []), ...two.identifiers],
  isReplay: false,
  group: undefined
})
