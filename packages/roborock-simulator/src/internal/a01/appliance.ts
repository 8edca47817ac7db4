/** What a machine has by number, and how it lives. Every machine of PROTOCOL 6.1 is one. */
export interface Appliance {
  readonly values: () => ReadonlyMap<number, unknown>
  /** Takes what it can take, and says nothing of the rest. */
  readonly set: (dataPoints: ReadonlyMap<number, unknown>) => void
  /** Lets this many of its seconds pass. */
  readonly advance: (seconds: number) => void
  /** Shows an error, which stops what it does; 0 takes it away. */
  readonly fail: (errorCode: number) => void
}

/** The settings among some data points: known ones with a whole number, or a switch. */
export const takeSettings = (settings: Map<number, unknown>, dataPoints: ReadonlyMap<number, unknown>): void => {
  for (const [point, value] of dataPoints) {
    const code = typeof value === "boolean" ? Number(value) : value
    if (settings.has(point) && typeof code === "number" && Number.isInteger(code)) settings.set(point, code)
  }
}

/** Values that every machine has as JSON in a string. */
export const identityValues = (serialNumber: string): ReadonlyArray<readonly [number, string]> => [
  [10_001, "{\"f\":\"t\"}"],
  [
    10_005,
    JSON.stringify({
      sn: serialNumber,
      ssid: "simulated",
      timezone: "Europe/Berlin",
      ip: "192.0.2.200",
      mac: "02:00:00:00:00:03",
      rssi: -50
    })
  ],
  [10_007, "{\"mqttOtaData\":{\"mqttOtaStatus\":{\"status\":\"IDLE\"}}}"]
]
