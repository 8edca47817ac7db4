/** What a person has set on the device. */
export interface Settings {
  fanPower: number
  waterBoxMode: number
  mopMode: number
  volume: number
  childLock: number
  led: number
  doNotDisturb: {
    readonly start_hour: number
    readonly start_minute: number
    readonly end_hour: number
    readonly end_minute: number
    readonly enabled: number
  }
}

export const factorySettings = (): Settings => ({
  fanPower: 102,
  waterBoxMode: 202,
  mopMode: 300,
  volume: 70,
  childLock: 0,
  led: 1,
  doNotDisturb: { start_hour: 22, start_minute: 0, end_hour: 8, end_minute: 0, enabled: 1 }
})
