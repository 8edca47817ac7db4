/**
 * A transport from scratch: anything that moves bytes can carry MQTT. This one takes a pair of Web
 * Streams, as the serial port of a browser (a modem), WebTransport and other runtimes give them.
 * `custom-transport.ts` runs a program over it, and `test/CustomTransports.test.ts` checks it with
 * the suite that every transport passes.
 */
import type { Wire } from "@effect-mqtt/connection"
import { MqttError } from "@effect-mqtt/connection"
import { Effect } from "effect"

export interface Line {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

const closed = new MqttError.TransportError({ reason: "Closed" })

/** Four promises: the next bytes, room for more of them, the end of this side, and the end of it all. */
export const wireOf = (line: Line) =>
  Effect.gen(function*() {
    const reader = line.readable.getReader()
    const writer = line.writable.getWriter()
    // Whatever happens, the scope gives the line back. It does not wait: the peer may be stuck.
    yield* Effect.addFinalizer(() => Effect.sync(() => void Promise.allSettled([reader.cancel(), writer.abort()])))
    // A read that is interrupted leaves its promise to the next one, so no bytes get lost.
    let reading: ReturnType<typeof reader.read> | undefined
    let isOver = false

    const wire: Wire.Wire = {
      canPause: true,
      read: Effect.tryPromise({
        try: () => reading ??= reader.read(),
        catch: (cause) => new MqttError.TransportError({ reason: "Read", cause })
      }).pipe(Effect.flatMap(({ value }) => {
        reading = undefined
        return value === undefined ? closed : Effect.succeed(value)
      })),
      write: (pieces) =>
        Effect.tryPromise({
          try: () => {
            for (const piece of isOver ? [] : pieces) writer.write(piece).catch(() => {})
            return writer.ready
          },
          catch: (cause) => new MqttError.TransportError({ reason: "Write", cause })
        }).pipe(Effect.filterOrFail(() => !isOver, () => closed)),
      shutdown: Effect.promise(() => {
        isOver = true
        return writer.close().catch(() => {})
      }).pipe(Effect.timeoutOption("1 second"), Effect.asVoid)
    }
    return wire
  })

/** A line with two ends: each reads what the other writes, and waits while 64 KiB are unread. */
export const plug = (): readonly [Line, Line] => {
  const one = () => new TransformStream<Uint8Array>({}, new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }))
  const [there, back] = [one(), one()]
  return [{ readable: back.readable, writable: there.writable }, { readable: there.readable, writable: back.writable }]
}
