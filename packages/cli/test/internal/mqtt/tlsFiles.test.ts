import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { read } from "../../../src/internal/mqtt/tlsFiles.ts"

const authoritiesIn = (names: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const folder = yield* files.makeTempDirectoryScoped()
    for (const name of names) yield* files.writeFileString(path.join(folder, name), name)
    const { ca } = yield* read({
      caFile: undefined,
      caPath: folder,
      cert: undefined,
      key: undefined,
      keyPassword: undefined,
      alpn: [],
      insecure: false,
      tlsVersion: undefined
    })
    return ca
  })

describe("a folder of authorities", () => {
  it.scoped("has certificates by their endings, or as OpenSSL names them", () =>
    Effect.gen(function*() {
      const ca = yield* authoritiesIn(["a.pem", "b.CRT", "c.cer", "2e5ac55d.0", "notes.txt", "key.0"])
      assert.sameMembers([...ca ?? []], ["a.pem", "b.CRT", "c.cer", "2e5ac55d.0"])
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scoped("without any is a mistake, since the authorities of the system would count instead", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(authoritiesIn(["notes.txt"]))
      assert.match(error.message, /holds no certificates/)
    }).pipe(Effect.provide(NodeContext.layer)))
})
