/**
 * A wire whose writes mostly have nothing to wait for. It can be written to without a fiber, which would take a tenth of the
 * time of a QoS 1 round trip. A wire that was wrapped does not count as one, so nothing bypasses the wrapper.
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
