import type { HomeDevice } from "../../HomeData.ts"

const plain = (name: string) => name.trim().toLowerCase()

/** The device of a name or id; case does not count where only one is meant. */
export const findByName = (devices: ReadonlyArray<HomeDevice>, wanted: string): HomeDevice | undefined => {
  const similar = devices.filter(({ name }) => plain(name) === plain(wanted))
  return devices.find(({ duid, name }) => name === wanted || duid === wanted)
    ?? (similar.length === 1 ? similar[0] : undefined)
}

/** Whether a name or id means the device, and perhaps others. */
export const isNamed = ({ duid, name }: HomeDevice) => (wanted: string): boolean =>
  wanted === duid || plain(wanted) === plain(name)
