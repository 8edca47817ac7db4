/**
 * One link: a duplex of bytes that a Scope owns.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { TransportError } from "./MqttError.ts"

/**
 * One established link. Closing the scope that it was made in releases it at once; `shutdown` ends
 * it politely first.
 *
 * Reading is pulled: a wire that is not read stops its peer, as far as the platform can
 * (`canPause`). There is one reader and one writer at a time.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wire {
  /**
   * The next bytes, in order; waits until there are some. Fails with reason `Closed` after the peer
   * has ended the link and everything was read, with `Read` when the link broke. The array is the
   * reader's: it is never written again.
   */
  readonly read: Effect.Effect<Uint8Array, TransportError>
  /**
   * Hands all pieces to the platform in one write and completes when it is ready for more. The
   * pieces must not be changed before `isDrained`. A failed or interrupted write may have sent a part: the
   * link is done. Interrupting has to work: a peer that takes nothing is given up that way.
   */
  readonly write: (pieces: ReadonlyArray<Uint8Array>) => Effect.Effect<void, TransportError>
  /**
   * Whether nothing holds on to what was written any more, so that its memory may be used again, even by other clients.
   * A wire that cannot tell leaves this out, and then the pieces are never overwritten. A wire that wraps another and
   * keeps pieces after its `write` has to copy them, or to leave this out.
   */
  readonly isDrained?: (() => boolean) | undefined
  /** Sends what was written, ends this side and waits up to a second for the peer to end its side. Then writes fail. */
  readonly shutdown: Effect.Effect<void>
  /** Whether an unread wire stops the peer from sending. */
  readonly canPause: boolean
}
