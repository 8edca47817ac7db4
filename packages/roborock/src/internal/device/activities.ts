const activities = ["cleaning", "returning", "docked", "paused", "error", "idle"] as const

type Known = typeof activities[number]

/** The words of an activity, by state codes. */
export const activitiesOf = (
  table: Readonly<Partial<Record<Known, ReadonlyArray<number>>>>
): (state: number | undefined) => Known | "unknown" => {
  const words = new Map(
    activities.flatMap((activity) => (table[activity] ?? []).map((code) => [code, activity] as const))
  )
  return (state) => state === undefined ? "unknown" : words.get(state) ?? "unknown"
}
