/**
 * The ways to a device.
 *
 * @since 0.1.0
 */
import type { Version } from "./Frame.ts"
import type { AuthError, ConnectError } from "./RoborockError.ts"

/**
 * How a device is reached now. `None` says why neither way works; both are retried automatically.
 *
 * @since 0.1.0
 * @category models
 */
export type Route =
  | { readonly _tag: "Local"; readonly host: string; readonly version: Version }
  | { readonly _tag: "Cloud" }
  | { readonly _tag: "None"; readonly error?: AuthError | ConnectError | undefined }

/**
 * Where a device was found on the home network, and the version of the protocol it spoke there.
 *
 * @since 0.1.0
 * @category models
 */
export interface Place {
  readonly host: string
  readonly version?: Version | undefined
}

/**
 * Whether two routes are the same to people: two of `None` are, whatever their errors.
 *
 * @since 0.1.0
 * @category guards
 */
export const isSame = (before: Route, after: Route): boolean =>
  before._tag === after._tag && (before._tag !== "Local" || after._tag !== "Local" || before.host === after.host)
