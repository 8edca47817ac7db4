/** What happens to robots in homes. */
export type Trouble = "stuck" | "lifted" | "brushJammed" | "binFull" | "noWater"

/** The error codes of a family. Q7 and Q10 robots have no code for an empty tank, so their mop complains. */
export const troubleCodes = {
  V1: { stuck: 8, lifted: 3, brushJammed: 5, binFull: 644, noWater: 38 },
  Q7: { stuck: 513, lifted: 501, brushJammed: 570, binFull: 503, noWater: 522 },
  Q10: { stuck: 8, lifted: 3, brushJammed: 5, binFull: 500, noWater: 27 }
} as const satisfies Readonly<Record<string, Readonly<Record<Trouble, number>>>>
