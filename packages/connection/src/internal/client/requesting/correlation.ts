/** How a request and its response find each other [5 §4.10]. */
import type { Message, PublishOptions } from "../../../Message.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { Correlation, RequestOptions } from "../../../Request.ts"

const hexOfByte: ReadonlyArray<string> = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/** `Encoding.encodeHex` does the same, and takes 0.7 kB of a browser bundle. */
export const hex = (bytes: Uint8Array): string => {
  let digits = ""
  for (const byte of bytes) digits += hexOfByte[byte]
  return digits
}

/** Whoever could guess it could answer in the responder's place. */
export const freshId = (): Uint8Array => crypto.getRandomValues(new Uint8Array(16))

/** MQTT 5: Response Topic and Correlation Data. */
export const byProperties = (responses: string): Correlation => ({
  responses,
  request: (request) => request,
  idOf: ({ properties }) => properties?.correlationData === undefined ? undefined : hex(properties.correlationData)
})

/** A topic of this client's own [5 §4.10.1]; a client identifier may hold what a topic level cannot. */
export const ownResponseTopic = ({ clientId, responseInformation }: Negotiated): string =>
  responseInformation === undefined || responseInformation === ""
    ? `effect-mqtt/${encodeURIComponent(clientId)}/responses`
    : `${responseInformation.replace(/\/+$/, "")}/responses`

export const idOrNone = (idOf: Correlation["idOf"], response: Message): string | undefined => {
  try {
    return idOf(response)
  } catch {
    // Anybody may publish to a response topic: what cannot be read is not a response.
    return undefined
  }
}

export const propertiesOf = (
  options: RequestOptions,
  correlationData: Uint8Array,
  timeout: number,
  responseTopic: string
): PublishOptions["properties"] => ({
  messageExpiryInterval: Math.max(1, Math.ceil(Math.min(timeout / 1000, 0xffffffff))),
  ...options.properties,
  ...(options.correlation === undefined ? { responseTopic, correlationData } : {})
})
