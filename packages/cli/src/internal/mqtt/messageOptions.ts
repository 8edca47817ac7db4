/** MQTT 5 properties of a message, by the letters that MQTTX and HiveMQ's command share. */
import type { Properties } from "@effect-mqtt/codec"
import type { ValuesOf } from "./optionSpec.ts"
import * as spec from "./optionSpec.ts"
import * as readers from "./valueReader.ts"

const tableOf = (prefix: string, short: string) => ({
  expiry: spec.value(
    `${prefix}message-expiry`,
    readers.integer(0, 0xffffffff),
    "Seconds until it expires.",
    `-${short}e`
  ),
  contentType: spec.value(`${prefix}content-type`, readers.text, "The kind of payload, as a MIME type.", `-${short}ct`),
  responseTopic: spec.value(`${prefix}response-topic`, readers.topicName, "Where an answer goes.", `-${short}rt`),
  correlation: spec.value(`${prefix}correlation-data`, readers.text, "What an answer repeats.", `-${short}cd`),
  isText: spec.flag(`${prefix}payload-format-indicator`, "Says that the payload is UTF-8.", `-${short}pf`),
  userProperties: spec.values(`${prefix}user-property`, readers.userProperty, "Any pair.", `-${short}up`)
})

export const publishTable = tableOf("", "")

export const willTable = {
  ...tableOf("will-", "W"),
  topic: spec.value("will-topic", readers.topicName, "The topic of the will.", "-Wt"),
  payload: spec.value("will-payload", readers.text, "The payload of the will.", "-Wm", "--will-message"),
  qos: spec.value("will-qos", readers.qos, "The QoS of the will.", "-Wq"),
  retain: spec.flag("will-retain", "The will is retained.", "-Wr"),
  delay: spec.value("will-delay", readers.integer(0, 0xffffffff), "Seconds before it is published.", "-Wd")
}

type MessageValues = ValuesOf<typeof publishTable>

const encoder = new TextEncoder()

/** The properties of both spellings together; nothing if there are none, since MQTT 3.1.1 has none. */
export const merge = (
  values: MessageValues,
  given: Properties.Properties | undefined
): Properties.Properties | undefined => {
  const properties: Properties.Properties = {
    ...given,
    ...(values.expiry === undefined ? {} : { messageExpiryInterval: values.expiry }),
    ...(values.contentType === undefined ? {} : { contentType: values.contentType }),
    ...(values.responseTopic === undefined ? {} : { responseTopic: values.responseTopic }),
    ...(values.correlation === undefined ? {} : { correlationData: encoder.encode(values.correlation) }),
    ...(values.isText ? { payloadFormatIndicator: 1 } : {}),
    ...(values.userProperties.length === 0
      ? {}
      : { userProperties: [...given?.userProperties ?? [], ...values.userProperties] })
  }
  return Object.keys(properties).length === 0 ? undefined : properties
}
