/**
 * A wire whose writes mostly have nothing to wait for. Who finds one may write without a fiber, which takes a tenth of the
 * time of a QoS 1 round trip; a wire that was wrapped is none, so nothing passes the wrapper by.
 */
import * as Effect from "effect/Effect"
import type { TransportError } from "../../MqttError.ts"
import type { Wire } from "../../Wire.ts"

/** What a `Wire` has is its own and not of its prototype: wrappers are made by spreading. */
export abstract class DirectWire implements Wire {
  abstract readonly canPause: boolean
  abstract readonly read: Wire["read"]
  abstract readonly shutdown: Wire["shutdown"]
  /** Copies and heirs do not have it. */
  readonly #isDirect = true

  static is(wire: Wire): wire is DirectWire {
    return #isDirect in wire
  }

  readonly write: Wire["write"] = (pieces) => Effect.suspend(() => this.writeNow(pieces) ?? Effect.void)

  /** Writes at once, and gives what is left to wait for, or how it failed, if it is not done. */
  abstract writeNow(pieces: ReadonlyArray<Uint8Array>): Effect.Effect<void, TransportError> | undefined
}
