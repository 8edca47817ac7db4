/** Messages that are told apart by a number, from 1: odd ones go at QoS 1, even ones at QoS 2. */

export const qosOf = (message: number): 1 | 2 => message % 2 === 1 ? 1 : 2

const marker = /#(\d+);/g

/** The messages that are mentioned in bytes: a payload, or a record that holds one. */
export const messagesIn = (bytes: Uint8Array): ReadonlyArray<number> =>
  Array.from(new TextDecoder("latin1").decode(bytes).matchAll(marker), ([, digits]) => Number(digits))

export const payloadOf = (message: number, filler: number): string => `#${message};${"x".repeat(filler)}`
