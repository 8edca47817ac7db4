/**
 * A wire over a Node stream: a socket, a TLS socket, a WebSocket as a stream.
 *
 * Reading: when too much waits, the stream is paused, which closes the TCP window. Writing: all
 * pieces in one `writev`, then wait for `drain` if the stream asks for it.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Net from "node:net"
import type { Duplex } from "node:stream"
import * as Tls from "node:tls"
import { DirectWire } from "../../internal/transport/directWrite.ts"
import type { Resume } from "../../internal/transport/unread.ts"
import { Unread } from "../../internal/transport/unread.ts"
import { TransportError } from "../../MqttError.ts"

const lingerMillis = 1000

/** What is gathered stops no reading, and a read of WebSocket may be tens of thousands of frames. */
const mostGathered = 256

/** Names what ended a link, where the stream itself cannot tell. */
export type Explain = (failure: unknown) => TransportError | undefined

const unexplained: Explain = () => undefined

/** Where a stream has its wire: functions of their own to listen with would double what a wire takes. */
const wireOf: unique symbol = Symbol("@effect-mqtt/connection/wireOf")

type Wired = Duplex & { [wireOf]?: SocketWire | undefined }

const listeners = {
  data(this: Wired, chunk: Uint8Array) {
    this[wireOf]?.onData(chunk)
  },
  drain(this: Wired) {
    this[wireOf]?.onDrain()
  },
  error(this: Wired, cause: unknown) {
    this[wireOf]?.onError(cause)
  },
  end(this: Wired) {
    this[wireOf]?.onEnd()
  },
  close(this: Wired) {
    this[wireOf]?.onClose()
  }
}

/** A socket of TCP gives what has arrived in one piece; TLS gives every record by itself, and WebSocket every frame. */
const givesPieces = (socket: Duplex): boolean => !(socket instanceof Net.Socket) || socket instanceof Tls.TLSSocket

export class SocketWire extends DirectWire {
  readonly canPause = true
  readonly read: Unread
  readonly isDrained: () => boolean
  readonly shutdown: Effect.Effect<void>
  readonly #socket: Wired
  readonly #explain: Explain
  /** Pieces of this turn of the event loop. */
  #gathered: Array<Uint8Array> | undefined
  #writer: Resume<void> | undefined = undefined
  #failure: unknown = undefined
  #isClosed: boolean

  constructor(socket: Wired, explain: Explain = unexplained) {
    super()
    this.read = new Unread(socket)
    this.isDrained = () => socket.writableLength === 0
    this.shutdown = Effect.suspend(() => this.#shutdown())
    this.#socket = socket
    this.#explain = explain
    this.#gathered = givesPieces(socket) ? [] : undefined
    this.#isClosed = socket.destroyed
    if (this.#isClosed) this.onEnd()
    const former = socket[wireOf]
    socket[wireOf] = this
    // What listens already listens for this one; the other would hear of nothing any more, not of the end either.
    if (former !== undefined) former.onClose()
    else for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener)
  }

  writeNow(pieces: ReadonlyArray<Uint8Array>): Effect.Effect<void, TransportError> | undefined {
    const socket = this.#socket
    if (this.#isClosed || !socket.writable) return this.#endOfLink("Write")
    socket.cork()
    for (const piece of pieces) socket.write(piece)
    socket.uncork()
    return socket.writableNeedDrain ? this.#drained : undefined
  }

  get destroy(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#socket.destroy()
      return this.#released
    })
  }

  /** Hands the stream to the next layer, with what was not read; this wire is over. Fails if the stream was over before. */
  get detach(): Effect.Effect<Duplex, TransportError> {
    return Effect.suspend(() => {
      const socket = this.#socket
      this.#handGathered()
      // The next layer would wait for an end that the stream has said already, or would say to nobody. TLS tells an alert
      // before the stream is destroyed, and only once.
      if (socket.destroyed || this.#failure !== undefined) this.onEnd()
      if (this.read.ended !== undefined) return this.read.ended
      for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener)
      socket[wireOf] = undefined
      // An error that nobody listens for would end the process.
      socket.on("error", () => {})
      const unread: Array<Uint8Array> = []
      for (let chunk = this.read.poll(); chunk instanceof Uint8Array; chunk = this.read.poll()) unread.push(chunk)
      socket.pause()
      for (const chunk of unread.reverse()) socket.unshift(chunk)
      this.onClose()
      return Effect.succeed(socket)
    })
  }

  /**
   * Each piece comes in a turn for microtasks of its own, and servers put each message into one: to wake its consumer every
   * time took twice the CPU time.
   */
  onData(chunk: Uint8Array): void {
    if (this.#gathered === undefined) return this.read.push(chunk)
    const count = this.#gathered.push(chunk)
    if (count === 1) setImmediate(() => this.#handGathered())
    else if (count === mostGathered) this.#handGathered()
  }

  onDrain(): void {
    this.#wakeWriter(Either.right(undefined))
  }

  onError(cause: unknown): void {
    this.#failure = cause
  }

  onEnd(): void {
    this.#handGathered()
    this.read.end(this.#endOfLink("Read"))
  }

  onClose(): void {
    this.#isClosed = true
    this.onEnd()
    this.#wakeWriter(Either.left(this.#endOfLink("Write")))
  }

  #handGathered(): void {
    const gathered = this.#gathered
    if (gathered === undefined || gathered.length === 0) return
    this.#gathered = []
    for (const chunk of gathered) this.read.push(chunk)
  }

  #endOfLink(reason: "Read" | "Write"): TransportError {
    return this.#explain(this.#failure) ??
      (this.#failure === undefined
        ? new TransportError({ reason: "Closed" })
        : new TransportError({ reason, cause: this.#failure }))
  }

  #wakeWriter(result: Either.Either<void, TransportError>): void {
    const resume = this.#writer
    this.#writer = undefined
    resume?.(result)
  }

  get #drained(): Effect.Effect<void, TransportError> {
    return Effect.async((resume) => {
      if (this.#isClosed) return resume(Either.left(this.#endOfLink("Write")))
      if (!this.#socket.writableNeedDrain) return resume(Either.right(undefined))
      this.#writer = resume
      return Effect.sync(() => {
        this.#writer = undefined
      })
    })
  }

  get #released(): Effect.Effect<void> {
    return Effect.async((resume) => {
      if (this.#isClosed) return resume(Effect.void)
      const onClose = () => resume(Effect.void)
      this.#socket.once("close", onClose)
      return Effect.sync(() => this.#socket.off("close", onClose))
    })
  }

  #shutdown(): Effect.Effect<void> {
    if (this.#isClosed) return Effect.void
    const socket = this.#socket
    // What the peer still sends is of no interest, but it has to be read for its end to be seen.
    socket.removeAllListeners("data")
    socket.resume()
    socket.end()
    return this.#released.pipe(Effect.timeoutOption(lingerMillis), Effect.asVoid)
  }
}
