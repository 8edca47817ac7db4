/** What no `Date` can be, and no device means. */
const maxMillis = 8.64e15

/** Devices have Unix seconds where this package has Unix milliseconds, as the clock has them. */
export const fromSeconds = (seconds: number | undefined): number | undefined => {
  const millis = seconds === undefined ? Number.NaN : seconds * 1000
  return Math.abs(millis) <= maxMillis ? millis : undefined
}
