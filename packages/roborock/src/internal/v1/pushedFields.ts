/** Field names of the status by data point; a push says the same as the field. */
const names: ReadonlyMap<number, string> = new Map([
  [120, "error_code"],
  [121, "state"],
  [122, "battery"],
  [123, "fan_power"],
  [124, "water_box_mode"],
  [133, "charge_status"]
])

/** What a push says, as fields of the status; data points with no meaning there are left out. */
export const pushedFields = (dataPoints: ReadonlyMap<number, unknown>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...dataPoints].flatMap(([number, value]) => {
      const field = names.get(number)
      return field === undefined || typeof value !== "number" ? [] : [[field, value]]
    })
  )
