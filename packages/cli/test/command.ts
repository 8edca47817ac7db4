/** The commands in this process: their words in, their output and exit code out. */
import { Broker } from "@effect-mqtt/broker"
import { NodeBroker } from "@effect-mqtt/broker/node"
import { NodeContext } from "@effect/platform-node"
import { ConfigProvider, Effect, Fiber, Layer, Stream } from "effect"
import * as Mqtt from "../src/Mqtt.ts"
import * as StandardStreams from "../src/StandardStreams.ts"

export interface Ended {
  readonly code: number
  readonly out: string
  /** What went to standard output, byte by byte. */
  readonly bytes: Uint8Array
  readonly err: ReadonlyArray<string>
}

export interface Surroundings {
  readonly stdin?: string | undefined
  /** More of standard input may come. */
  readonly isOpen?: boolean | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Nobody reads standard output. */
  readonly isClosed?: boolean | undefined
}

/** Starts a command; `until` waits for what it says and gives all of that, `ended` waits for its end. */
export const startOf =
  <R>(command: (words: ReadonlyArray<string>) => Effect.Effect<number, never, R>) =>
  (words: ReadonlyArray<string>, { env = {}, isClosed = false, isOpen = false, stdin = "" }: Surroundings = {}) =>
    Effect.gen(function*() {
      const out: Array<Uint8Array> = []
      // What has been read is gone.
      const unread = [new TextEncoder().encode(stdin)]
      const err: Array<string> = []
      const streams = Layer.succeed(StandardStreams.StandardStreams, {
        input: Stream.suspend(() => Stream.fromIterable(unread.splice(0))).pipe(
          Stream.concat(isOpen ? Stream.never : Stream.empty)
        ),
        hasKeyboard: false,
        write: (bytes) =>
          isClosed ? new StandardStreams.OutputClosed() : Effect.sync(() => void out.push(Uint8Array.from(bytes))),
        report: (line) => Effect.sync(() => void err.push(line))
      })
      const fiber = yield* command(words).pipe(
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env)))),
        Effect.provide(Layer.merge(NodeContext.layer, streams)),
        Effect.forkScoped
      )
      const ended: Effect.Effect<Ended> = Effect.map(Fiber.join(fiber), (code) => {
        const bytes = Buffer.concat(out)
        return { code, out: bytes.toString(), bytes: new Uint8Array(bytes), err }
      })
      const said = () => [Buffer.concat(out).toString(), ...err].join("\n")
      const until = (text: string) =>
        Effect.iterate("", {
          while: (all) => !all.includes(text),
          body: () => Effect.delay(Effect.sync(said), "5 millis")
        })
      return { ended, until, stop: Fiber.interrupt(fiber) }
    })

export const start = startOf(Mqtt.run)

/** Runs the `mqtt` command to its end. */
export const run = (words: ReadonlyArray<string>, surroundings?: Surroundings) =>
  Effect.scoped(Effect.flatMap(start(words, surroundings), ({ ended }) => ended))

/** A broker on a free port, and the words that lead to it. */
export const broker = (options?: Broker.Options) =>
  Effect.gen(function*() {
    const server = yield* Broker.make(options)
    const { port } = yield* NodeBroker.listenTcp(server)
    return { server, port, at: ["-h", "127.0.0.1", "-p", `${port}`] }
  })
