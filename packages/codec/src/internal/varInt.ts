/** The largest variable byte integer, and so the largest Remaining Length (section 1.5.5). */
export const maxVarInt = 268_435_455

/** The largest packet: the first byte, four of Remaining Length, and what they announce. */
export const maxPacketBytes = maxVarInt + 5

/** Bytes of the shortest form of a variable byte integer, which is the only legal one [MQTT-1.5.5-1]. */
export const varIntLength = (value: number): number => value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : 4
