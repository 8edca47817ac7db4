import {
  CloudChannel,
  Frame,
  LocalDiscovery,
  LocalNetwork,
  MapResponse,
  PhotoResponse,
  type RoborockError,
  Rpc
} from "@effect-mqtt/roborock"
import { Clock, Effect, Either, Layer, PubSub, Redacted, Stream, Subscribable } from "effect"

export const localKey = Redacted.make("key123key123key1")
export const mqttKey = Redacted.make("qiCNieZa")

/** What the robot does with a request. */
export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } }
  | { readonly map: Uint8Array }
  | { readonly photo: Uint8Array }
  | "silence"

export const seal = (payload: Uint8Array, protocol: number, timestamp = 1_700_000_000) =>
  Either.getOrThrow(
    Frame.encode({ version: "1.0", seq: 1, random: 2, timestamp, protocol, payload }, { localKey })
  )

/** The messages by which a robot gives an answer. */
export const replies = (request: Rpc.Request, answer: Answer): ReadonlyArray<Uint8Array> => {
  const { id, security } = request
  if (answer === "silence") return []
  const accepted = seal(Rpc.encodeResponse({ id, result: ["ok"] }, 1_700_000_000), 102)
  if ("photo" in answer) return [accepted, seal(PhotoResponse.encode({ requestId: id, image: answer.photo }), 301)]
  if (!("map" in answer)) return [seal(Rpc.encodeResponse({ id, ...answer }, 1_700_000_000), 102)]
  return security === undefined ? [] : [
    accepted,
    seal(MapResponse.encode({ requestId: id, content: answer.map }, security), 301)
  ]
}

/** The requests in a message to a robot. */
export const requests = (payload: Uint8Array): ReadonlyArray<Rpc.Request> =>
  Frame.decode(payload, { localKey }).frames.map((frame) => Either.getOrThrow(Rpc.decodeRequest(frame.payload)))

/**
 * A cloud channel with one robot behind it, that answers with what `answers` says. `sent` are its requests;
 * `deliver` hands any bytes to whoever listens.
 */
export const make = (answers: (request: Rpc.Request) => Answer) => {
  const sent: Array<Rpc.Request> = []
  const handlers = new Set<(payload: Uint8Array) => Effect.Effect<void>>()
  let trouble: Effect.Effect<void, RoborockError.ConnectError> = Effect.void

  const health = { unanswered: 0 }
  const links = Effect.runSync(PubSub.bounded<CloudChannel.Link>(8))
  let link: CloudChannel.Link = { _tag: "Up" }

  const deliver = (payload: Uint8Array) =>
    Effect.forEach([...handlers], (handler) => handler(payload), { discard: true })

  const service: CloudChannel.CloudChannel["Type"] = {
    listen: (_duid, handler) =>
      Effect.acquireRelease(
        Effect.sync(() => handlers.add(handler)),
        () => Effect.sync(() => handlers.delete(handler))
      ),
    send: (_duid, payload) =>
      Effect.gen(function*() {
        yield* trouble
        for (const request of requests(payload)) {
          sent.push(request)
          yield* Effect.forEach(replies(request, answers(request)), deliver, { discard: true })
        }
      }),
    answered: Effect.sync(() => {
      health.unanswered = 0
    }),
    unanswered: Effect.sync(() => {
      health.unanswered++
    }),
    link: Subscribable.make({ get: Effect.sync(() => link), changes: Stream.fromPubSub(links) })
  }

  const cloud = Layer.succeed(CloudChannel.CloudChannel, service)
  return {
    cloud,
    /** The cloud alone, without a home network. */
    layer: Layer.merge(cloud, Layer.provideMerge(LocalDiscovery.layer, LocalNetwork.layerNone)),
    health,
    sent,
    handlers,
    deliver,
    setLink: (next: CloudChannel.Link) =>
      Effect.suspend(() => {
        link = next
        return PubSub.publish(links, next)
      }),
    push: (dataPoints: Readonly<Record<number, unknown>>) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        deliver(
          seal(
            Rpc.encodePush(new Map(Object.entries(dataPoints).map(([key, value]) => [Number(key), value])), now),
            102
          )
        )),
    reply: (request: Rpc.Request, answer: Answer) =>
      Effect.forEach(replies(request, answer), deliver, { discard: true }),
    setTrouble: (effect: Effect.Effect<void, RoborockError.ConnectError>) => {
      trouble = effect
    }
  }
}
