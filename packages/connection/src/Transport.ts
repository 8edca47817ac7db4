/**
 * The pluggable socket: ordered, lossless bytes in both directions, and nothing about MQTT.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Endpoint } from "./Endpoint.ts"
import * as pipe from "./internal/transport/pipe.ts"
import type { TransportError } from "./MqttError.ts"
import type { Wire } from "./Wire.ts"

/**
 * Opens wires. Provide another layer to run the same program over another kind of socket.
 *
 * @since 0.1.0
 * @category tags
 */
export class Transport extends Context.Tag("@effect-mqtt/connection/Transport")<Transport, {
  readonly open: (endpoint: Endpoint) => Effect.Effect<Wire, TransportError, Scope.Scope>
}>() {}

/**
 * Two connected wires in this process. What one writes the other reads; a writer waits while 64 KiB
 * are unread, so memory is bounded. Both end with the scope.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makePipe: Effect.Effect<readonly [Wire, Wire], never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(pipe.make),
  (ends) => Effect.sync(() => ends.forEach((end) => end.destroy()))
)

/**
 * A transport without a network: every `open` makes a pipe and runs `serve` on its far end until
 * the program's end is closed or the layer is released.
 *
 * @example
 * ```ts
 * import { Transport } from "@effect-mqtt/connection"
 * import { Effect } from "effect"
 *
 * // A server that sends every byte back.
 * export const echo = Transport.layerMemory((wire) =>
 *   Effect.flatMap(wire.read, (bytes) => wire.write([bytes])).pipe(Effect.forever, Effect.ignore)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory = (serve: (wire: Wire) => Effect.Effect<void>): Layer.Layer<Transport> =>
  Layer.scoped(
    Transport,
    Effect.gen(function*() {
      const servers = yield* FiberSet.make<void>()
      return {
        open: () =>
          Effect.acquireRelease(Effect.sync(pipe.make), ([near]) => Effect.sync(() => near.destroy())).pipe(
            Effect.tap(([, far]) =>
              FiberSet.run(servers, Effect.interruptible(Effect.ensuring(serve(far), Effect.sync(() => far.destroy()))))
            ),
            Effect.map(([near]) => near)
          )
      }
    })
  )
