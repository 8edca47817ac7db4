/** The programs of mosquitto-clients and the commands that stand for them, called alike: words in, output and exit code out. */
import { Effect } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { run } from "./command.ts"

export const arePresent = ["mosquitto_sub", "mosquitto_pub"].every((name) =>
  spawnSync(name, ["--help"]).error === undefined
)

if (!arePresent) console.warn("skipped without mosquitto-clients: what the mqtt command shares with them")

const theirs = (name: "mosquitto_pub" | "mosquitto_sub") => (words: ReadonlyArray<string>, stdin = "") =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(name, words)),
    (child) => Effect.sync(() => child.kill())
  ).pipe(
    Effect.flatMap((child) =>
      Effect.async<{ readonly code: number; readonly out: string }>((resume) => {
        const out: Array<Buffer> = []
        child.stdout.on("data", (chunk: Buffer) => out.push(chunk))
        child.on("close", (code) =>
          resume(Effect.succeed({ code: code ?? -1, out: Buffer.concat(out).toString("latin1") })))
        child.stdin.end(stdin)
      })
    ),
    Effect.scoped
  )

const ours = (command: "pub" | "sub") => (words: ReadonlyArray<string>, stdin = "") =>
  Effect.map(run([command, ...words], { stdin }), ({ bytes, code }) => ({
    code,
    out: Buffer.from(bytes).toString("latin1")
  }))

export const publishers = { mqtt: ours("pub"), mosquitto: theirs("mosquitto_pub") }
export const subscribers = { mqtt: ours("sub"), mosquitto: theirs("mosquitto_sub") }

/** The one that is ours has to be on one side at least; with mosquitto on both sides it is the measure. */
export const pairs = [["mosquitto", "mosquitto"], ["mosquitto", "mqtt"], ["mqtt", "mosquitto"]] as const
