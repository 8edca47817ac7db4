/** The options of a connection with every default filled in; times in milliseconds. */
import * as Duration from "effect/Duration"
import type { ConnectionOptions } from "../../ConnectionOptions.ts"

const kib = 1024
const mib = 1024 * kib

const millis = (value: Duration.DurationInput | undefined, otherwise: Duration.DurationInput): number =>
  Duration.toMillis(value ?? otherwise)

export const make = (options: ConnectionOptions) => ({
  protocolVersion: options.protocolVersion ?? 5,
  cleanStart: options.cleanStart ?? "first",
  sessionExpiry: millis(options.sessionExpiry, "1 hour"),
  keepAlive: millis(options.keepAlive, "60 seconds"),
  pingLead: (keepAlive: number) =>
    options.pingLead === undefined ? keepAlive / 10 : Duration.toMillis(options.pingLead),
  connectTimeout: millis(options.connectTimeout, "30 seconds"),
  connAckTimeout: millis(options.connAckTimeout, "10 seconds"),
  acknowledgementTimeout: millis(options.acknowledgementTimeout, "30 seconds"),
  inFlight: options.maxInFlight ?? 64,
  receiveMaximum: options.receiveMaximum ?? 64,
  maxPacketBytes: options.maxPacketBytes ?? 16 * mib,
  queueMessages: options.queueMessages ?? 1000,
  queueBytes: options.queueBytes ?? 16 * mib,
  bufferMessages: options.streamMessages ?? 256,
  bufferBytes: options.streamBytes ?? 4 * mib,
  readAheadBytes: options.readAheadBytes ?? mib,
  drainTimeout: millis(options.drainTimeout, "5 seconds")
})

export type Settings = ReturnType<typeof make>
