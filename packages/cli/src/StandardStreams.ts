/**
 * Standard input, output and error as bytes and lines: a terminal has text only, and a payload is not
 * always text.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"

/**
 * Nobody reads the output any more, as behind `head`; a command then ends quietly.
 *
 * @since 0.1.0
 * @category errors
 */
export class OutputClosed extends Data.TaggedError("OutputClosed") {}

/**
 * What a command reads and writes.
 *
 * @since 0.1.0
 * @category tags
 */
export class StandardStreams extends Context.Tag("@effect-mqtt/cli/StandardStreams")<StandardStreams, {
  readonly input: Stream.Stream<Uint8Array>
  /** Whether `input` is a terminal, at which somebody may type. */
  readonly hasKeyboard: boolean
  /** Completes when the bytes are taken, so that a slow reader slows the command down. */
  readonly write: (bytes: Uint8Array) => Effect.Effect<void, OutputClosed>
  /** One line to standard error. */
  readonly report: (line: string) => Effect.Effect<void>
}>() {}
