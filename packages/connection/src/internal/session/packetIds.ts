/**
 * Packet identifiers 1 to 65535 [MQTT-2.2.1-3]. A rotating cursor over a bitmap: an identifier comes
 * back as late as possible, which makes a stray acknowledgement visible instead of harmful.
 *
 * The bitmap grows with the cursor, so that an idle connection does not pay for 65535 of them.
 */
const highest = 65535

export interface PacketIds {
  /** A free identifier, or 0 when all are taken. */
  readonly allocate: () => number
  /** Marks an identifier that a resumed exchange holds. */
  readonly claim: (id: number) => void
  readonly release: (id: number) => void
  readonly inUse: () => number
  /** The last one given out; `startBehind` goes on from that of an earlier process. */
  readonly cursor: () => number
  readonly startBehind: (id: number) => void
}

export const make = (): PacketIds => {
  let bitmap = new Uint32Array(4)
  let cursor = 0
  let used = 0

  const ensure = (id: number) => {
    const word = id >>> 5
    if (word < bitmap.length) return
    const grown = new Uint32Array(Math.max(word + 1, bitmap.length * 2))
    grown.set(bitmap)
    bitmap = grown
  }
  const taken = (id: number) => (bitmap[id >>> 5] & (1 << (id & 31))) !== 0
  const claim = (id: number) => {
    ensure(id)
    if (taken(id)) return
    bitmap[id >>> 5] |= 1 << (id & 31)
    used++
  }

  return {
    allocate: () => {
      if (used === highest) return 0
      do {
        cursor = cursor === highest ? 1 : cursor + 1
        ensure(cursor)
      } while (taken(cursor))
      claim(cursor)
      return cursor
    },
    claim,
    release: (id) => {
      if (id >>> 5 >= bitmap.length || !taken(id)) return
      bitmap[id >>> 5] &= ~(1 << (id & 31))
      used--
    },
    inUse: () => used,
    cursor: () => cursor,
    startBehind: (id) => {
      cursor = id
    }
  }
}
