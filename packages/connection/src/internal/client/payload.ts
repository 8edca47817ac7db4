const encoder = new TextEncoder()

/** Text travels as UTF-8; bytes are taken as they are, not copied. */
export const toBytes = (payload: string | Uint8Array): Uint8Array =>
  typeof payload === "string" ? encoder.encode(payload) : payload
