/**
 * A wire over a Node stream: a socket, a TLS socket, a WebSocket as a stream.
 *
 * Reading: when too much waits, the stream is paused, which closes the TCP window. Writing: all
 * pieces in one `writev`, then wait for `drain` if the stream asks for it.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Duplex } from "node:stream"
import * as directWrite from "../../internal/transport/directWrite.ts"
import type { Resume } from "../../internal/transport/unread.ts"
import { Unread } from "../../internal/transport/unread.ts"
import { TransportError } from "../../MqttError.ts"
import type { Wire } from "../../Wire.ts"

const lingerMillis = 1000

export interface SocketWire extends Wire {
  readonly destroy: Effect.Effect<void>
  /** Hands the stream to the next layer, with what was not read; this wire is over. Fails if the stream was over before. */
  readonly detach: Effect.Effect<Duplex, TransportError>
}

export const isSocketWire = (wire: Wire): wire is SocketWire => "detach" in wire

/** `explain` names what ended the link, where the stream itself cannot tell. */
export const make = (
  socket: Duplex,
  explain: (failure: unknown) => TransportError | undefined = () => undefined
): SocketWire => {
  const unread = new Unread(socket)
  let writer: Resume<void> | undefined
  let failure: unknown
  let closed = socket.destroyed

  const endOfLink = (reason: "Read" | "Write"): TransportError =>
    explain(failure) ??
      (failure === undefined
        ? new TransportError({ reason: "Closed" })
        : new TransportError({ reason, cause: failure }))

  const wakeWriter = (result: Either.Either<void, TransportError>) => {
    const resume = writer
    writer = undefined
    resume?.(result)
  }

  const listeners = {
    data: (chunk: Uint8Array) => unread.push(chunk),
    drain: () => wakeWriter(Either.right(undefined)),
    error: (cause: unknown) => {
      failure = cause
    },
    end: () => unread.end(endOfLink("Read")),
    close: () => {
      closed = true
      unread.end(endOfLink("Read"))
      wakeWriter(Either.left(endOfLink("Write")))
    }
  }
  if (closed) unread.end(endOfLink("Read"))
  for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener)

  const drained = Effect.async<void, TransportError>((resume) => {
    if (closed) return resume(Either.left(endOfLink("Write")))
    if (!socket.writableNeedDrain) return resume(Either.right(undefined))
    writer = resume
    return Effect.sync(() => {
      writer = undefined
    })
  })

  const released = () =>
    Effect.async<void>((resume) => {
      if (closed) return resume(Effect.void)
      const onClose = () => resume(Effect.void)
      socket.once("close", onClose)
      return Effect.sync(() => socket.off("close", onClose))
    })

  return {
    canPause: true,
    read: unread,
    write: directWrite.make((pieces) => {
      if (closed || !socket.writable) return endOfLink("Write")
      socket.cork()
      for (const piece of pieces) socket.write(piece)
      socket.uncork()
      return socket.writableNeedDrain ? drained : undefined
    }),
    isDrained: () => socket.writableLength === 0,
    shutdown: Effect.suspend(() => {
      if (closed) return Effect.void
      // What the peer still sends is of no interest, but it has to be read for its end to be seen.
      socket.removeAllListeners("data")
      socket.resume()
      socket.end()
      return released().pipe(Effect.timeoutOption(lingerMillis), Effect.asVoid)
    }),
    destroy: Effect.suspend(() => {
      socket.destroy()
      return released()
    }),
    detach: Effect.suspend(() => {
      // The next layer would wait for an end that the stream has said already.
      if (unread.ended !== undefined) return unread.ended
      for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener)
      // An error that nobody listens for would end the process.
      socket.on("error", () => {})
      socket.pause()
      for (const chunk of unread.takeAll().reverse()) socket.unshift(chunk)
      listeners.close()
      return Effect.succeed(socket)
    })
  }
}
