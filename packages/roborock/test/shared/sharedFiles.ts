import type { Effect } from "effect"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { testData } from "../../../../vitest.testData.ts"

const root = join(process.env["MQTT_TEST_DATA"] ?? "", "roborock")

/** Whether the shared fixtures and maps are on this machine. */
export const isHere = testData("roborock/maps/INDEX.json") !== undefined

/** What shared files show, by the name of each thing. */
export type Checks = Readonly<Record<string, () => void | Effect.Effect<void>>>

/** The paths that were read with `bytes` or `json`. */
export const opened = new Set<string>()

export const bytes = (path: string): Uint8Array => {
  opened.add(path)
  return new Uint8Array(testData(`roborock/${path}`) ?? [])
}

/** The content of a file, of a shape that the test knows. */
export const json = <A>(path: string): A => JSON.parse(new TextDecoder().decode(bytes(path))) as A // our own test data

/** All files below a directory of the shared data. */
export const filesOf = (directory: string): ReadonlyArray<string> =>
  isHere
    ? readdirSync(join(root, directory), { recursive: true, withFileTypes: true, encoding: "utf8" })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .sort()
    : []

interface Entry {
  readonly file: string
  readonly format: string
  readonly expected?: string
}

/** The files that the index of the maps lists, and where what is expected of them is. */
export const indexed: ReadonlyArray<Entry> = isHere
  ? json<{ readonly files: ReadonlyArray<Entry> }>("maps/INDEX.json").files
  : []
