/** A TCP link to a broker that fails on demand. */
import type { Scope } from "effect"
import { Effect } from "effect"
import * as Net from "node:net"

export interface FaultyLink {
  /** The URL of the broker, with this link's port in the place of its own. */
  readonly url: string
  /** Resets every connection. */
  readonly cut: Effect.Effect<void>
  /** Closes every connection after so many more bytes, in the middle of whatever they belong to; completes then. */
  readonly tear: (bytes: number) => Effect.Effect<void>
  /** Leaves every connection half-open: nothing passes any more, and neither end hears of the other's. */
  readonly abandon: Effect.Effect<void>
  /** Whether new connections are reset at once. */
  readonly refuse: (isRefusing: boolean) => Effect.Effect<void>
  /** Whether bytes wait, in both directions. */
  readonly stall: (isStalled: boolean) => Effect.Effect<void>
  /** Whether bytes come one by one, with a pause after each; after the first of a chunk, what is left of it follows. */
  readonly trickle: (isTrickling: boolean) => Effect.Effect<void>
}

/** What comes in at one end and goes out at the other. */
interface Direction {
  readonly from: Net.Socket
  readonly to: Net.Socket
  /** Bytes are on their way: what comes meanwhile must not overtake them. */
  isBusy: boolean
}

interface Connection {
  readonly directions: readonly [fromClient: Direction, toClient: Direction]
  isAbandoned: boolean
  /** What may still pass, in both directions together. */
  bytesLeft: number
}

const trickledBytes = 24

export const make = (url: string): Effect.Effect<FaultyLink, never, Scope.Scope> =>
  Effect.gen(function*() {
    const target = new URL(url)
    const connections = new Set<Connection>()
    const state = { isRefusing: false, isStalled: false, isTrickling: false }

    const flow = (connection: Connection) => {
      for (const { from, isBusy } of connection.directions) {
        if (state.isStalled || connection.isAbandoned || isBusy) from.pause()
        else from.resume()
      }
    }

    const forward = (connection: Connection, direction: Direction) => {
      const { from, to } = direction
      const setBusy = (isBusy: boolean) => {
        direction.isBusy = isBusy
        flow(connection)
      }
      const write = (bytes: Uint8Array) => {
        if (connection.isAbandoned || to.writableEnded) return
        if (bytes.length > connection.bytesLeft) {
          setBusy(true)
          return void to.end(bytes.subarray(0, connection.bytesLeft), () => from.destroy())
        }
        connection.bytesLeft -= bytes.length
        if (to.write(bytes)) return setBusy(false)
        setBusy(true)
        to.once("drain", () => setBusy(false))
      }
      const trickle = (bytes: Uint8Array, index: number) => {
        if (connection.isAbandoned || from.destroyed || to.destroyed) return
        if (index === bytes.length || index >= trickledBytes) return write(bytes.subarray(index))
        to.write(bytes.subarray(index, index + 1))
        setTimeout(() => trickle(bytes, index + 1), 1)
      }
      from.on("data", (bytes) => {
        if (!state.isTrickling) return write(bytes)
        setBusy(true)
        trickle(bytes, 0)
      })
      from.on("error", () => from.destroy())
      from.on("close", () => {
        if (!connection.isAbandoned) to.destroy()
        if (to.destroyed) connections.delete(connection)
      })
    }

    const server = Net.createServer((near) => {
      if (state.isRefusing) return void near.resetAndDestroy()
      near.setNoDelay(true)
      const far = Net.connect({ host: target.hostname, port: Number(target.port), noDelay: true })
      const directions = [
        { from: near, to: far, isBusy: false },
        { from: far, to: near, isBusy: false }
      ] as const
      const connection: Connection = { directions, isAbandoned: false, bytesLeft: Infinity }
      connections.add(connection)
      for (const direction of directions) forward(connection, direction)
      flow(connection)
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.async<void>((resume) => {
          for (const { directions } of connections) for (const { from } of directions) from.destroy()
          server.close(() => resume(Effect.void))
        })
    )
    const address = server.address()
    const own = new URL(url)
    own.port = typeof address === "object" && address !== null ? `${address.port}` : ""
    return {
      url: own.href,
      cut: Effect.sync(() => {
        for (const { directions } of connections) for (const { from } of directions) from.resetAndDestroy()
      }),
      tear: (bytes) =>
        Effect.async<void>((resume) => {
          let waiting = 0
          for (const connection of connections) {
            if (connection.isAbandoned) continue
            connection.bytesLeft = bytes
            waiting++
            connection.directions[0].from.once("close", () => {
              if (--waiting === 0) resume(Effect.void)
            })
          }
          if (waiting === 0) resume(Effect.void)
        }),
      abandon: Effect.sync(() => {
        for (const connection of connections) {
          connection.isAbandoned = true
          flow(connection)
        }
      }),
      refuse: (isRefusing) => Effect.sync(() => void (state.isRefusing = isRefusing)),
      stall: (isStalled) =>
        Effect.sync(() => {
          state.isStalled = isStalled
          for (const connection of connections) flow(connection)
        }),
      trickle: (isTrickling) => Effect.sync(() => void (state.isTrickling = isTrickling))
    }
  })
