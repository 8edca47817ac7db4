/**
 * A wire over a `node:net` socket (TLS sockets are one, too).
 *
 * Reading: at most `readAheadBytes` wait in the queue, then the socket is paused, which closes the
 * TCP window. Writing: all pieces in one `writev`, then wait for `drain` if the socket asks for it.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Socket } from "node:net"
import { TransportError } from "../../MqttError.ts"
import type { Wire } from "../../Wire.ts"

const readAheadBytes = 64 * 1024
const lingerMillis = 1000

type Resume<A> = (result: Either.Either<A, TransportError>) => void

export const make = (socket: Socket): Wire & { readonly destroy: Effect.Effect<void> } => {
  const queue: Array<Uint8Array> = []
  let queuedBytes = 0
  let reader: Resume<Uint8Array> | undefined
  let writer: Resume<void> | undefined
  let failure: unknown
  let ended = false
  let closed = socket.destroyed

  const endOfLink = (reason: "Read" | "Write") =>
    Either.left(
      failure === undefined ? new TransportError({ reason: "Closed" }) : new TransportError({ reason, cause: failure })
    )

  const wakeReader = () => {
    const resume = reader
    if (resume === undefined) return
    const chunk = queue.shift()
    if (chunk !== undefined) {
      queuedBytes -= chunk.length
      reader = undefined
      if (queuedBytes <= readAheadBytes && socket.isPaused()) socket.resume()
      resume(Either.right(chunk))
    } else if (ended || closed) {
      reader = undefined
      resume(endOfLink("Read"))
    }
  }

  const wakeWriter = (result: Either.Either<void, TransportError>) => {
    const resume = writer
    writer = undefined
    resume?.(result)
  }

  socket.on("data", (chunk: Uint8Array) => {
    queue.push(chunk)
    queuedBytes += chunk.length
    if (reader !== undefined) wakeReader()
    else if (queuedBytes > readAheadBytes) socket.pause()
  })
  socket.on("drain", () => wakeWriter(Either.right(undefined)))
  socket.on("error", (cause) => {
    failure = cause
  })
  socket.on("end", () => {
    ended = true
    wakeReader()
  })
  socket.on("close", () => {
    closed = true
    wakeReader()
    wakeWriter(endOfLink("Write"))
  })

  const released = Effect.async<void>((resume) => {
    if (closed) return resume(Effect.void)
    const onClose = () => resume(Effect.void)
    socket.once("close", onClose)
    return Effect.sync(() => socket.off("close", onClose))
  })

  return {
    canPause: true,
    read: Effect.async<Uint8Array, TransportError>((resume) => {
      reader = resume
      wakeReader()
      return Effect.sync(() => {
        reader = undefined
      })
    }),
    write: (pieces) =>
      Effect.async<void, TransportError>((resume) => {
        if (closed || !socket.writable) return resume(endOfLink("Write"))
        socket.cork()
        for (const piece of pieces) socket.write(piece)
        socket.uncork()
        if (!socket.writableNeedDrain) return resume(Either.right(undefined))
        writer = resume
        return Effect.sync(() => {
          writer = undefined
        })
      }),
    shutdown: Effect.suspend(() => {
      if (closed) return Effect.void
      // What the peer still sends is of no interest, but it has to be read for its end to be seen.
      socket.removeAllListeners("data")
      socket.resume()
      socket.end()
      return released.pipe(Effect.timeoutOption(lingerMillis), Effect.asVoid)
    }),
    destroy: Effect.suspend(() => {
      socket.destroy()
      return released
    })
  }
}
