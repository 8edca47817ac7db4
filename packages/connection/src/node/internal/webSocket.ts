/** The WebSocket protocol of both sides over a stream. `ws` speaks it; here it becomes a wire. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { IncomingHttpHeaders, IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import type * as Ws from "ws"
import * as closeCode from "../../internal/transport/closeCode.ts"
import { join } from "../../internal/transport/pieces.ts"
import { TransportError } from "../../MqttError.ts"
import type { Wire } from "../../Wire.ts"
import { openError } from "./opening.ts"
import { SocketWire } from "./socketWire.ts"
import { refusal } from "./tls.ts"
import * as wireDuplex from "./wireDuplex.ts"

/** Loaded when it is first needed: it takes 50 ms of CPU time, and most programs never do. */
const library: Effect.Effect<typeof Ws> = Effect.promise(() => import("ws"))

export interface UpgradeOptions {
  /** As the server is to see it: `ws://host:port/path`; the stream is there already. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly subprotocol: "required" | "optional"
  readonly maxMessageBytes: number
}

export const upgrade = (
  wire: Wire,
  options: UpgradeOptions
): Effect.Effect<Wire, TransportError, Scope.Scope> =>
  library.pipe(
    // Not before: a stream that ends while nobody looks at it says so to nobody.
    Effect.flatMap((ws) => Effect.flatMap(wireDuplex.make(wire), (stream) => acquireLink(ws, stream, options))),
    Effect.tap(({ socket }) => opened(socket, options.subprotocol)),
    Effect.map(({ wire }) => wire)
  )

const acquireLink = (ws: typeof Ws, stream: Duplex, options: UpgradeOptions) =>
  Effect.acquireRelease(
    Effect.try({
      try: () =>
        toLink(
          ws,
          new ws.WebSocket(options.url, ["mqtt"], {
            createConnection: () => stream,
            finishRequest: (request) => {
              // The layer below left the stream paused; by now somebody listens to it.
              request.once("socket", () => stream.resume())
              request.end()
            },
            headers: { ...options.headers },
            ...settings(options.maxMessageBytes)
          })
        ),
      catch: (cause) => new TransportError({ reason: "Unsupported", cause })
    }),
    ({ destroy }) => destroy
  )

const opened = (socket: Ws.WebSocket, subprotocol: "required" | "optional") =>
  Effect.async<void, TransportError>((resume) => {
    // Stays for good: a late error of an attempt that nobody waits for must not end the process.
    socket.on("error", (cause) => resume(Effect.fail(explainUpgrade(cause))))
    socket.on("unexpected-response", (request, response) => {
      resume(Effect.fail(refused(response)))
      request.destroy()
    })
    // `ws` holds a server to the subprotocol, and looks at the header after this.
    if (subprotocol === "optional") {
      socket.once("upgrade", ({ headers }) => {
        headers["sec-websocket-protocol"] ??= "mqtt"
      })
    }
    socket.once("open", () => resume(Effect.void))
  })

const refused = ({ statusCode = 0 }: IncomingMessage): TransportError =>
  new TransportError({
    reason: statusCode === 401 || statusCode === 403 ? "Forbidden" : "UpgradeRefused",
    cause: new Error(`it answered with HTTP status ${statusCode}`)
  })

const explainUpgrade = (cause: Error): TransportError => {
  // What `ws` says when the server chooses none of the offered subprotocols.
  if (/subprotocol/i.test(cause.message)) return new TransportError({ reason: "NoSubprotocol" })
  const untrusted = refusal(cause)
  if (untrusted !== undefined) return untrusted
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : ""
  // Whoever hangs up was reached: what a server does that takes our request for a malformed packet.
  if (code === "ECONNRESET" || code === "EPIPE") return hungUp()
  return code.startsWith("HPE_") || /Sec-WebSocket|Upgrade header/i.test(cause.message)
    ? new TransportError({ reason: "UpgradeRefused", cause })
    : openError(cause)
}

const hungUp = () =>
  new TransportError({
    reason: "UpgradeRefused",
    cause: new Error("it hung up without an answer; does the port take WebSocket?")
  })

/**
 * Answers the upgrade request of a client. A request that is not one, or does not offer the subprotocol
 * `mqtt`, gets an HTTP error.
 */
export const accept = (
  request: IncomingMessage,
  stream: Duplex,
  head: Uint8Array,
  maxMessageBytes: number
): Effect.Effect<Wire, TransportError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      stream.on("error", () => {})
    }),
    () => Effect.sync(() => stream.destroy())
  ).pipe(
    Effect.zipRight(library),
    Effect.flatMap((ws) =>
      Effect.async<Wire, TransportError>((resume) => {
        // It may be gone by the time that the library is there, which would not say so.
        if (!stream.readable || !stream.writable) return resume(new TransportError({ reason: "Closed" }))
        const refuse = (error: TransportError): void => {
          stream.end(badRequest, () => resume(Effect.fail(error)))
        }
        if (!offersMqtt(request.headers)) return refuse(new TransportError({ reason: "NoSubprotocol" }))
        const server = new ws.WebSocketServer({
          noServer: true,
          handleProtocols: () => "mqtt",
          ...settings(maxMessageBytes)
        })
        server.on("wsClientError", (cause) => refuse(new TransportError({ reason: "UpgradeRefused", cause })))
        server.handleUpgrade(
          request,
          stream,
          Buffer.from(head),
          (socket) => resume(Effect.succeed(toLink(ws, socket).wire))
        )
      })
    )
  )

const badRequest = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

const offersMqtt = (headers: IncomingHttpHeaders): boolean =>
  (headers["sec-websocket-protocol"] ?? "").split(",").some((name) => name.trim() === "mqtt")

const settings = (maxMessageBytes: number) => ({
  // MQTT payloads are small or compressed already, and a context for each link costs much memory.
  perMessageDeflate: false,
  maxPayload: maxMessageBytes,
  // A close that the peer does not answer.
  closeTimeout: 1000
})

interface Link {
  readonly socket: Ws.WebSocket
  readonly wire: Wire
  readonly destroy: Effect.Effect<void>
}

/** To be made with the socket, in one go: its first message may come with the answer to the upgrade. */
const toLink = (ws: typeof Ws, socket: Ws.WebSocket): Link => {
  let ending: TransportError | undefined
  socket.on("message", (_, isBinary) => {
    if (isBinary) return
    ending ??= new TransportError({ reason: "TextFrame" })
    socket.close(1003)
    stream.destroy()
  })
  socket.on("close", (code) => {
    ending ??= closeCode.toError(code)
  })
  const stream = ws.createWebSocketStream(socket)
  const wire = new SocketWire(stream, (failure) => failure === undefined ? ending : refusal(failure))
  const closed = Effect.async<void>((resume) => {
    if (socket.readyState === ws.WebSocket.CLOSED) return resume(Effect.void)
    socket.once("close", () => resume(Effect.void))
  })
  /** What ended the link is known when it has ended. */
  const lost = (pieces: ReadonlyArray<Uint8Array>) =>
    Effect.zipRight(
      closed,
      Effect.suspend(() =>
        stream.errored === null ? ending ?? new TransportError({ reason: "Closed" }) : wire.write(pieces)
      )
    )
  return {
    socket,
    wire: {
      ...wire,
      // One message for all pieces: servers exist that want no packet in two of them.
      write: (pieces) =>
        Effect.suspend(() => {
          if (socket.readyState !== ws.WebSocket.OPEN) return lost(pieces)
          const bytes = join(pieces)
          return bytes.length === 0 ? Effect.void : wire.write([bytes])
        })
    },
    destroy: Effect.suspend(() => {
      socket.terminate()
      return wire.destroy
    })
  }
}
