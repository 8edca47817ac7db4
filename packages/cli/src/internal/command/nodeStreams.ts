/** The standard streams of this process. */
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { OutputClosed, StandardStreams } from "../../StandardStreams.ts"

const write = (bytes: Uint8Array): Effect.Effect<void, OutputClosed> =>
  Effect.async((resume) => {
    process.stdout.write(bytes, (error) => resume(error ? new OutputClosed() : Effect.void))
  })

const report = (line: string): Effect.Effect<void> =>
  Effect.async((resume) => {
    process.stderr.write(`${line}\n`, () => resume(Effect.void))
  })

const input = NodeStream.fromReadable<Cause.UnknownException, Uint8Array>(
  () => process.stdin,
  (cause) => new Cause.UnknownException(cause, "standard input cannot be read")
).pipe(Stream.orDie)

// A broken pipe is the answer to a write; without a listener it would end the process as well.
const ignoreBrokenPipe = Effect.sync(() => {
  process.stdout.on("error", () => {})
  process.stderr.on("error", () => {})
})

export const layer = Layer.effect(
  StandardStreams,
  Effect.map(ignoreBrokenPipe, () => ({ input, hasKeyboard: process.stdin.isTTY, write, report }))
)
