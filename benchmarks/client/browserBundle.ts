/** What a browser program gets, as `pnpm bundle:size` measures it. */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { judge, type Verdict } from "./figures.ts"

interface Size {
  readonly name: string
  readonly gzip: number
  readonly target?: number
}

/** Those that have a target: the whole, and the part of it that is ours. */
export const browserBundle = (): ReadonlyArray<{ readonly name: string; readonly verdict: Verdict }> => {
  const root = join(import.meta.dirname, "..", "..", "..")
  const { stdout } = spawnSync(process.execPath, [join(root, "scripts/bundleSize.mjs"), "--json"], { encoding: "utf8" })
  // The script is ours, and prints nothing else; its exit code is about budgets, which are no business of this.
  const sizes = JSON.parse(stdout) as ReadonlyArray<Size>
  return sizes.flatMap(({ gzip, name, target }) =>
    target === undefined
      ? []
      : [{ name: `browser bundle: ${name}, kB`, verdict: judge("idiomatic", "size", gzip, target) }]
  )
}
