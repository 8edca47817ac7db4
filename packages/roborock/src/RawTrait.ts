/**
 * Any command of a device, by the name that it has in the protocol.
 *
 * @since 0.1.0
 */
import type { DeviceChannel } from "./DeviceChannel.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"

/**
 * The device's channel, for commands that no trait has. Results come as the device wrote them: see `Rpc.unwrap` and
 * `Rpc.isOk`.
 *
 * @since 0.1.0
 * @category models
 */
export type RawTrait = Pick<
  DeviceChannel,
  "request" | "requestHandle" | "requestMap" | "requestPhoto" | "pushes" | "stats"
>

/** @internal */
export const make = (vacuum: Vacuum): RawTrait => vacuum.channel
