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

/** What is said of the device by its id, else by its name; the exact name counts before one in another case. */
export const saidOf = <A>({ duid, name }: HomeDevice, said: Readonly<Record<string, A>>): A | undefined => {
  const keys = Object.keys(said)
  const key = [duid, name].find((exact) => keys.includes(exact)) ??
    keys.find((similar) => plain(similar) === plain(name))
  return key === undefined ? undefined : said[key]
}
