/** Remembers what was used, so that it is used once: for a while, and a bounded number of the newest. */
export interface Nonces {
  /** Whether it is new; from then on it is not. */
  readonly use: (nonce: string, nowSeconds: number) => boolean
}

export const makeNonces = (lifetimeSeconds: number, limit: number): Nonces => {
  const used = new Map<string, number>()
  return {
    use: (nonce, nowSeconds) => {
      // A map keeps the order of insertion, so the oldest come first.
      for (const [old, since] of used) {
        if (nowSeconds - since <= lifetimeSeconds && used.size < limit) break
        used.delete(old)
      }
      if (used.has(nonce)) return false
      used.set(nonce, nowSeconds)
      return true
    }
  }
}
