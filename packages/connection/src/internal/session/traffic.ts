/** What went over the links of a session, counted where it costs one addition; `now` less a write is a round trip. */
export interface Traffic {
  packetsSent: number
  packetsReceived: number
  bytesSent: number
  bytesReceived: number
  messagesReceived: number
  publishesOk: number
  publishesFailed: number
  /** PUBACKs and PUBRECs on the link that their PUBLISH was written on, and the sum of the times between, in milliseconds. */
  roundTrips: number
  roundTripMillis: number
}

export const make = (): Traffic => ({
  packetsSent: 0,
  packetsReceived: 0,
  bytesSent: 0,
  bytesReceived: 0,
  messagesReceived: 0,
  publishesOk: 0,
  publishesFailed: 0,
  roundTrips: 0,
  roundTripMillis: 0
})
