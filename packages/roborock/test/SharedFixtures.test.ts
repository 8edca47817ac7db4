import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { capabilities } from "./shared/capabilities.ts"
import { homes } from "./shared/homes.ts"
import { messages } from "./shared/messages.ts"
import { q10Maps } from "./shared/q10Maps.ts"
import { q7Maps } from "./shared/q7Maps.ts"
import { rrMaps } from "./shared/rrMaps.ts"
import { filesOf, indexed, isHere, opened } from "./shared/sharedFiles.ts"
import { webApi } from "./shared/webApi.ts"

const groups = { rrMaps, q7Maps, q10Maps, messages, homes, capabilities, webApi }

describe.skipIf(!isHere)("shared fixtures and maps", () => {
  for (const [group, checks] of Object.entries(groups)) {
    describe(group, () => {
      for (const [name, check] of Object.entries(checks)) {
        it.effect(name, () => Effect.suspend(() => check() ?? Effect.void))
      }
    })
  }

  it("each file is read by one of these, and the index lists all maps and captures", () => {
    const files = [...filesOf("fixtures"), ...filesOf("maps")]
    const counts = Object.values(groups).map((checks) => Object.keys(checks).length)
    console.info(
      `${counts.reduce((sum, count) => sum + count, 0)} checks of ${files.length} files of shared fixtures and maps`
    )
    assert.deepStrictEqual(files.filter((path) => !opened.has(path) && !path.endsWith("README.json")), [])
    const listed = indexed.flatMap(({ expected, file }) => expected === undefined ? [file] : [file, expected])
    assert.sameMembers(["INDEX.json", ...listed].map((path) => `maps/${path}`), [...filesOf("maps")])
  })
})
