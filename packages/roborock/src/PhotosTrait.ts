/**
 * The photos that a vacuum takes of obstacles.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { invalidArgument } from "./internal/device/argument.ts"
import { question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { type CommandError, RequestError } from "./RoborockError.ts"

/**
 * A photo, as the device took it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Photo {
  /** The whole file. */
  readonly image: Uint8Array
  readonly mediaType: "image/jpeg" | "image/png"
}

/**
 * Photos of what the robot drove around. They stay on the robot: a map names them, and they come through the cloud,
 * 16 MiB inflated at most.
 *
 * @since 0.1.0
 * @category models
 */
export interface PhotosTrait {
  /** Whether the robot takes photos. */
  readonly enabled: Effect.Effect<boolean, CommandError>
  /** Turns the taking of photos on or off; the other settings of its camera stay. */
  readonly setEnabled: (on: boolean) => Effect.Effect<void, CommandError>
  /**
   * One photo, by the `photoId` of an obstacle on the map. A robot that no longer has it refuses (`DeviceError`) or says
   * nothing (`TimedOut`); an answer that is not an image is `BadAnswer`.
   */
  readonly fetch: (photoId: string) => Effect.Effect<Photo, CommandError>
}

/** Of the settings of the camera. */
const photoBit = 1 << 10

/** Ids have 16 characters; the bound leaves room for devices with longer ones. */
const maxIdLength = 64

const signatures = [
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/png", [0x89, 0x50, 0x4e, 0x47]]
] as const

const mediaTypeOf = (image: Uint8Array): Photo["mediaType"] | undefined =>
  signatures.find(([, signature]) => signature.every((byte, index) => image[index] === byte))?.[0]

const readSettings = (result: unknown): number | undefined =>
  typeof result === "number" && Number.isSafeInteger(result) && result >= 0 && result < 2 ** 31 ? result : undefined

/** @internal */
export const make = (vacuum: Vacuum): PhotosTrait => {
  const settings = question(vacuum, "get_camera_status", readSettings)
  return {
    enabled: Effect.map(settings, (bits) => (bits & photoBit) !== 0),
    setEnabled: (on) =>
      Effect.flatMap(
        settings,
        (bits) => vacuum.command("set_camera_status", [on ? bits | photoBit : bits & ~photoBit])
      ),
    fetch: (photoId) =>
      Effect.gen(function*() {
        const method = "get_photo"
        if (photoId === "" || photoId.length > maxIdLength) {
          return yield* invalidArgument(method, `the id of a photo has 1 to ${maxIdLength} characters`)
        }
        const image = yield* vacuum.channel.requestPhoto(photoId)
        const mediaType = mediaTypeOf(image)
        return mediaType === undefined ? yield* new RequestError({ reason: "BadAnswer", method }) : { image, mediaType }
      })
  }
}
