/** Reads exact amounts of bytes from a wire, for the short conversations before MQTT begins. */
import * as Effect from "effect/Effect"
import { TransportError } from "../../MqttError.ts"
import type { Wire } from "../../Wire.ts"

export interface Reader {
  readonly take: (count: number) => Effect.Effect<Uint8Array, TransportError>
  /** Up to and with the blank line that ends the head of an HTTP message. */
  readonly takeHead: Effect.Effect<string, TransportError>
  /** The wire, with what arrived behind the conversation. */
  readonly rest: () => Wire
}

const mostHeadBytes = 16 * 1024

export const make = (wire: Wire): Reader => {
  let unread: Uint8Array = new Uint8Array(0)

  const more = Effect.map(wire.read, (bytes) => {
    const joined = new Uint8Array(unread.length + bytes.length)
    joined.set(unread)
    joined.set(bytes, unread.length)
    unread = joined
  })

  const split = (count: number) => {
    const taken = unread.subarray(0, count)
    unread = unread.subarray(count)
    return taken
  }

  const headBytes = () => {
    for (let index = 0; index + 3 < unread.length; index++) {
      if (unread[index] === 13 && unread[index + 1] === 10 && unread[index + 2] === 13 && unread[index + 3] === 10) {
        return index + 4
      }
    }
    return 0
  }

  const take: Reader["take"] = (count) =>
    Effect.suspend(() =>
      unread.length >= count ? Effect.succeed(split(count)) : Effect.flatMap(more, () => take(count))
    )

  const takeHead: Reader["takeHead"] = Effect.suspend(() => {
    const count = headBytes()
    if (count > 0) return Effect.succeed(new TextDecoder().decode(split(count)))
    return unread.length > mostHeadBytes
      ? new TransportError({ reason: "Read", cause: new Error("the head of the HTTP response does not end") })
      : Effect.flatMap(more, () => takeHead)
  })

  return {
    take,
    takeHead,
    rest: () => {
      if (unread.length === 0) return wire
      return {
        ...wire,
        read: Effect.suspend(() => unread.length > 0 ? Effect.succeed(split(unread.length)) : wire.read)
      }
    }
  }
}
