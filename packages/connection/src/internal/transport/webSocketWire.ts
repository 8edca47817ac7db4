/**
 * A wire over the WebSocket of a browser. It cannot be paused, so what is not read is bounded by
 * giving the link up; a `WebSocket` that can be paused (that of `ws`) is. What was not sent yet is
 * known, but nothing tells when it has left, so a writer looks again from time to time.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { TransportError } from "../../MqttError.ts"
import type { Wire } from "../../Wire.ts"
import { atMost } from "../timeLimit.ts"
import * as closeCode from "./closeCode.ts"
import { join } from "./pieces.ts"
import { Unread } from "./unread.ts"

export interface Options {
  readonly url: string
  readonly subprotocol: "required" | "optional"
  readonly maxUnreadBytes: number
}

export type Construct = (url: string, protocols: Array<string>) => WebSocket

const highWaterBytes = 256 * 1024
const pollMillis = 5
const lingerMillis = 1000
const openState = 1

export const open = (construct: Construct, options: Options): Effect.Effect<Wire, TransportError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => make(construct(options.url, ["mqtt"]), options),
      catch: (cause) => new TransportError({ reason: "Unsupported", cause })
    }),
    ({ destroy }) => Effect.sync(destroy)
  ).pipe(
    Effect.tap(({ opened }) => opened),
    Effect.map(({ wire }) => wire)
  )

const make = (socket: WebSocket, { maxUnreadBytes, subprotocol }: Options) => {
  socket.binaryType = "arraybuffer"
  const pausable = isPausable(socket) ? socket : undefined
  const unread = new Unread(
    pausable ?? {
      pause: () => giveUp(new TransportError({ reason: "Read", cause: new Error("too much was left unread") })),
      resume: () => {}
    },
    pausable === undefined ? maxUnreadBytes : undefined
  )
  let onSettled = () => {}
  const settle = (reason?: TransportError) => {
    if (reason !== undefined) unread.end(reason)
    onSettled()
  }
  const giveUp = (reason: TransportError) => {
    settle(reason)
    socket.close()
  }
  let established = false

  socket.onopen = () => {
    if (socket.protocol !== "mqtt" && subprotocol === "required") {
      return giveUp(new TransportError({ reason: "NoSubprotocol" }))
    }
    established = true
    settle()
  }
  socket.onmessage = ({ data }: { readonly data: unknown }) => {
    if (unread.ended !== undefined) return
    if (!(data instanceof ArrayBuffer)) return giveUp(new TransportError({ reason: "TextFrame" }))
    if (data.byteLength > 0) unread.push(new Uint8Array(data))
  }
  // An error tells nothing, and a close follows.
  socket.onerror = () => {}
  socket.onclose = ({ code }) => settle(established ? closeCode.toError(code) : notOpened(code))

  const untilSettled = (isSettled: () => boolean) =>
    Effect.async<void>((resume) => {
      onSettled = () => {
        if (isSettled()) resume(Effect.void)
      }
      onSettled()
    })

  const drained: Effect.Effect<void, TransportError> = Effect.suspend(() => {
    const reason = unread.ended
    if (reason !== undefined) return reason
    return socket.bufferedAmount <= highWaterBytes ? Effect.void : Effect.delay(drained, pollMillis)
  })

  return {
    opened: Effect.zipRight(
      untilSettled(() => established || unread.ended !== undefined),
      Effect.suspend(() => unread.ended ?? Effect.void)
    ),
    destroy: () => {
      unread.end(new TransportError({ reason: "Closed" }))
      if (pausable === undefined) socket.close()
      else pausable.terminate()
    },
    wire: {
      canPause: pausable !== undefined,
      read: unread,
      write: (pieces: ReadonlyArray<Uint8Array>) =>
        Effect.suspend(() => {
          if (socket.readyState !== openState) return unread.ended ?? new TransportError({ reason: "Closed" })
          const bytes = join(pieces)
          if (bytes.length > 0) socket.send(bytes)
          return drained
        }),
      shutdown: Effect.suspend(() => {
        if (socket.readyState === openState) socket.close(1000)
        pausable?.resume()
        return atMost(lingerMillis)(untilSettled(() => socket.readyState === 3))
      })
    }
  }
}

/** What the `WebSocket` of `ws` can, and that of a browser cannot. */
interface Pausable {
  readonly pause: () => void
  readonly resume: () => void
  readonly terminate: () => void
}

const isPausable = (socket: WebSocket): socket is WebSocket & Pausable => "pause" in socket && "terminate" in socket

const notOpened = (code: number): TransportError =>
  new TransportError({
    reason: "Open",
    cause: new Error(`the WebSocket was not opened (code ${code}); a browser does not say why`)
  })
