/** What a login is made with: the web API, with its calls counted. */
import * as RateGuard from "@effect-mqtt/roborock/RateGuard"
import * as RoborockApi from "@effect-mqtt/roborock/RoborockApi"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** On the `HttpClient` and the `KeyValueStore` that are provided. */
export const layer = (baseUrl: string | undefined) =>
  Layer.effect(
    RoborockApi.RoborockApi,
    Effect.zipWith(RoborockApi.make({ baseUrl }), RateGuard.RateGuard, RateGuard.protect)
  ).pipe(Layer.provide(RateGuard.layer))
