/** Bytes that have arrived and wait to be read, and the one who reads. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { TransportError } from "../../MqttError.ts"

export type Resume<A> = (result: Either.Either<A, TransportError>) => void

export interface Unread {
  readonly push: (chunk: Uint8Array) => void
  /** Nothing more comes: reads fail behind the last bytes. The first reason holds. */
  readonly end: (reason: TransportError) => void
  readonly ended: () => TransportError | undefined
  readonly read: Effect.Effect<Uint8Array, TransportError>
  /** Everything that waits, for somebody else to read. */
  readonly takeAll: () => Array<Uint8Array>
  readonly bytes: () => number
}

/** What may wait before the source is asked to pause. */
const readAheadBytes = 64 * 1024

export const make = (flow: { readonly pause: () => void; readonly resume: () => void }): Unread => {
  const queue: Array<Uint8Array> = []
  let queuedBytes = 0
  let paused = false
  let ended: TransportError | undefined
  let reader: Resume<Uint8Array> | undefined

  const take = (): Uint8Array | undefined => {
    const chunk = queue.shift()
    if (chunk === undefined) return undefined
    queuedBytes -= chunk.length
    if (paused && queuedBytes <= readAheadBytes) {
      paused = false
      flow.resume()
    }
    return chunk
  }

  const wait = Effect.async<Uint8Array, TransportError>((resume) => {
    reader = resume
    return Effect.sync(() => {
      reader = undefined
    })
  })

  return {
    push: (chunk) => {
      const resume = reader
      if (resume !== undefined) {
        reader = undefined
        return resume(Either.right(chunk))
      }
      queue.push(chunk)
      queuedBytes += chunk.length
      if (!paused && queuedBytes > readAheadBytes) {
        paused = true
        flow.pause()
      }
    },
    end: (reason) => {
      ended ??= reason
      const resume = reader
      reader = undefined
      resume?.(Either.left(ended))
    },
    ended: () => ended,
    read: Effect.suspend(() => {
      const chunk = take()
      return chunk === undefined ? ended ?? wait : Effect.succeed(chunk)
    }),
    takeAll: () => {
      queuedBytes = 0
      return queue.splice(0)
    },
    bytes: () => queuedBytes
  }
}
