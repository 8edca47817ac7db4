import { MqttClient } from "@effect-mqtt/connection"
import { Frame, MapResponse, MqttCredentials, RoborockApi, Rpc, RrMap, Security } from "@effect-mqtt/roborock"
import { Clock, Deferred, Effect, Either, Option, Redacted, Schedule, Stream } from "effect"
import { Simulator } from "../../src/index.ts"

/** A client as small as can be: logs in, finds the first device that it supports, and asks one question at a time. */
export const connect = Effect.gen(function*() {
  const { account, baseUrl } = yield* Simulator.Simulator
  const api = yield* RoborockApi.make({ baseUrl })
  const userData = yield* api.login({ email: account.email, password: account.password })
  const { homeId } = yield* api.homeDetail(userData)
  const home = yield* api.homeData(userData, homeId)
  const device = yield* Effect.fromNullable(home.devices.find(({ unsupported }) => unsupported === undefined))
  const credentials = yield* MqttCredentials.make(userData.rriot)
  const client = yield* MqttClient.make({
    url: credentials.url,
    username: credentials.username,
    password: credentials.password,
    reconnect: Schedule.spaced("1 second")
  })
  const security = Security.make(userData.rriot.k, Redacted.make(new Uint8Array(16).fill(9)))
  const keys = { localKey: device.localKey }
  const answers = new Map<number, Deferred.Deferred<unknown, Rpc.RpcError>>()
  const maps = new Map<number, Deferred.Deferred<RrMap.RrMap>>()
  const dataPoints = new Map<number, unknown>()
  let lastId = 1000

  const onFrame = (frame: Frame.Frame): Effect.Effect<void> => {
    if (frame.protocol === Frame.protocols.mapResponse) {
      const response = Option.getOrThrow(Either.getOrThrow(MapResponse.decode(frame.payload, security)))
      const waiting = maps.get(response.requestId)
      return waiting === undefined
        ? Effect.void
        : Effect.asVoid(Deferred.succeed(waiting, Either.getOrThrow(RrMap.parse(response.content))))
    }
    if (frame.protocol === Frame.protocols.deviceStatus) return Effect.void
    const incoming = Either.getOrThrow(Rpc.decode(frame.payload))
    if (incoming._tag === "Ack") return Effect.void
    incoming.dataPoints.forEach((value, id) => dataPoints.set(id, value))
    const waiting = incoming._tag === "Response" ? answers.get(incoming.id) : undefined
    return waiting === undefined || incoming._tag === "Push"
      ? Effect.void
      : Effect.asVoid(Deferred.complete(waiting, incoming.outcome))
  }
  const { messages } = yield* client.subscription(MqttCredentials.responseFilter(credentials))
  yield* Effect.forkScoped(
    Stream.runForEach(messages, ({ payload }) => Effect.forEach(Frame.decode(payload, keys).frames, onFrame))
  )

  const send = (id: number, method: string, params: ReadonlyArray<unknown>) =>
    Effect.gen(function*() {
      const timestamp = Math.floor((yield* Clock.currentTimeMillis) / 1000)
      const payload = Rpc.encodeRequest({ id, method, params, security }, timestamp)
      const bytes = Either.getOrThrow(Frame.encode(
        { version: "1.0", seq: id, random: id, timestamp, protocol: Frame.protocols.rpcRequest, payload },
        keys
      ))
      yield* client.publish(MqttCredentials.requestTopic(credentials, device.duid), bytes)
    })
  return {
    api,
    client,
    credentials,
    /** What was pushed, and nothing else. */
    dataPoints,
    home,
    homeId,
    userData,
    call: (method: string, params: ReadonlyArray<unknown> = []) =>
      Effect.gen(function*() {
        const id = ++lastId
        const answer = yield* Deferred.make<unknown, Rpc.RpcError>()
        answers.set(id, answer)
        yield* send(id, method, params)
        return Rpc.unwrap(yield* Deferred.await(answer))
      }),
    map: Effect.gen(function*() {
      const id = ++lastId
      const map = yield* Deferred.make<RrMap.RrMap>()
      maps.set(id, map)
      yield* send(id, "get_map_v1", [])
      return yield* Deferred.await(map)
    })
  }
})
