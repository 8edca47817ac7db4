import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Redacted from "effect/Redacted"
import { type CommandError, RequestError } from "../../RoborockError.ts"
import * as Rpc from "../../Rpc.ts"
import type { Security } from "../../Security.ts"
import { isRecord } from "../v1/json.ts"
import * as deadline from "./deadline.ts"
import type { Call, Requests } from "./requests.ts"

const photoMethod = "get_photo"
const keyMethod = "get_random_pkey"

/** The photo is sealed by its frame alone; other suites are for older models. */
const noCipher = 0
const obstaclePhoto = 1

/** Asks for what follows the response, as bytes. */
export const askForFile = (
  requests: Requests,
  call: Call,
  timeout: Duration.Duration
): Effect.Effect<Uint8Array, CommandError> =>
  Effect.filterOrFail(
    requests.ask(call, timeout),
    (content) => content instanceof Uint8Array,
    () => new RequestError({ reason: "BadAnswer", method: call.method })
  )

/** Asks for the key that the device wants to see again, and then for the photo. Both share the time-out (PROTOCOL 4.5). */
export const askForPhoto = (
  requests: Requests,
  { endpoint, nonce }: Security,
  photoId: string,
  timeout: Duration.Duration
): Effect.Effect<Uint8Array, CommandError> =>
  Effect.gen(function*() {
    const left = yield* deadline.after(timeout)
    const answer = Rpc.unwrap(
      yield* requests.ask({ method: keyMethod, params: [], answeredBy: "response" }, timeout)
    )
    const key = isRecord(answer) ? answer["pub_key"] : undefined
    if (!isRecord(key)) return yield* new RequestError({ reason: "BadAnswer", method: keyMethod })
    const params = {
      security: { pub_key: key, cipher_suite: noCipher },
      endpoint,
      nonce: Encoding.encodeHex(Redacted.value(nonce)),
      data_filter: { img_id: photoId, type: obstaclePhoto }
    }
    return yield* askForFile(requests, { method: photoMethod, params, answeredBy: "photo" }, yield* left)
  })
