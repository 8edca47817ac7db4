const perSecond = {
  cleaning: -100 / (120 * 60),
  driving: -100 / (180 * 60),
  resting: -100 / (14 * 24 * 3600),
  charging: 100 / (150 * 60)
} as const

/** At this charge a robot breaks off, and at that one it goes on by itself. */
const low = 20
const enough = 80

/** The charge of a robot in percent; what it does costs or gives a share of it per second. */
export const makeBattery = (percent: number) => {
  let charge = percent
  const change = (activity: keyof typeof perSecond, seconds: number): void => {
    charge = Math.min(100, Math.max(0, charge + seconds * perSecond[activity]))
  }
  return {
    change,
    /** Charges to the full, or to what a broken-off cleaning needs; says how long that took of `seconds`. */
    chargeFor: (seconds: number, toGoOn: boolean): number => {
      const used = Math.min(seconds, Math.max(0, (toGoOn ? enough : 100) - charge) / perSecond.charging)
      change("charging", used)
      return used
    },
    isLow: () => charge <= low,
    isEmpty: () => charge <= 0,
    percent: () => Math.round(charge)
  }
}
