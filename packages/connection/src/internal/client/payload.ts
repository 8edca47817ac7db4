const encoder = new TextEncoder()

/**
 * Text travels as UTF-8. Bytes are copied: a message may wait for a link, for a resend or for the
 * wire long after its caller has the array back.
 */
export const toBytes = (payload: string | Uint8Array): Uint8Array =>
  typeof payload === "string" ? encoder.encode(payload) : payload.slice()
