/** Where properties and reason codes may stand: the packets that carry them, and the will inside CONNECT; one bit each. */
export const connect = 1 << 0
export const will = 1 << 1
export const connAck = 1 << 2
export const publish = 1 << 3
export const pubAck = 1 << 4
export const pubRec = 1 << 5
export const pubRel = 1 << 6
export const pubComp = 1 << 7
export const subscribe = 1 << 8
export const subAck = 1 << 9
export const unsubscribe = 1 << 10
export const unsubAck = 1 << 11
export const disconnect = 1 << 12
export const auth = 1 << 13

/** A carrier, with the section that lists its properties. */
export interface CarrierInfo {
  readonly bit: number
  readonly section: string
}

export const carriers = {
  Connect: { bit: connect, section: "3.1.2.11" },
  Will: { bit: will, section: "3.1.3.2" },
  ConnAck: { bit: connAck, section: "3.2.2.3" },
  Publish: { bit: publish, section: "3.3.2.3" },
  PubAck: { bit: pubAck, section: "3.4.2.2" },
  PubRec: { bit: pubRec, section: "3.5.2.2" },
  PubRel: { bit: pubRel, section: "3.6.2.2" },
  PubComp: { bit: pubComp, section: "3.7.2.2" },
  Subscribe: { bit: subscribe, section: "3.8.2.1" },
  SubAck: { bit: subAck, section: "3.9.2.1" },
  Unsubscribe: { bit: unsubscribe, section: "3.10.2.1" },
  UnsubAck: { bit: unsubAck, section: "3.11.2.1" },
  Disconnect: { bit: disconnect, section: "3.14.2.2" },
  Auth: { bit: auth, section: "3.15.2.2" }
} satisfies Readonly<Record<string, CarrierInfo>>
