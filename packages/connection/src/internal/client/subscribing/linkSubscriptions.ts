/**
 * What one link is subscribed to, by calls that last as long as their SUBACK takes. A call that comes to nothing leaves the
 * server with the filters that it had before.
 */
import type { Properties, QoS } from "@effect-mqtt/codec"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { SubscribeOptions, SubscribeRequest } from "../../../Message.ts"
import { SubscribeError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { OperationOutcome } from "../../../Session.ts"
import { atMost } from "../../timeLimit.ts"
import type { Consumer, Engine } from "../engine/engine.ts"
import type { Granted, Request } from "./requests.ts"
import * as requests from "./requests.ts"

type Answered = Extract<OperationOutcome, { readonly _tag: "Answered" }>

type Start = (now: number, settle: (outcome: OperationOutcome) => void) => void

/** One call, and what the server has answered to it so far. */
interface Call {
  readonly wanted: ReadonlyArray<Request>
  readonly answers: Map<string, Granted>
  isAbandoned: boolean
}

const isTooLarge = ({ reason }: SubscribeError): boolean => reason === "PacketTooLarge"

/** In one packet, or in halves if the server takes none that large [5 §3.2.2.3.6]. */
const inPackets = <A>(
  all: ReadonlyArray<A>,
  send: (some: ReadonlyArray<A>) => Effect.Effect<Answered, SubscribeError>
): Effect.Effect<ReadonlyArray<Answered>, SubscribeError> => {
  const whole = Effect.map(send(all), (answer): ReadonlyArray<Answered> => [answer])
  return all.length < 2 ? whole : Effect.catchIf(whole, isTooLarge, () => {
    const middle = all.length >> 1
    const halves = [all.slice(0, middle), all.slice(middle)]
    const answers = Effect.forEach(halves, (half) => inPackets(half, send), { concurrency: 2 })
    return Effect.map(answers, (both) => both.flat())
  })
}

export class LinkSubscriptions {
  readonly #engine: Engine<Consumer>
  readonly #negotiated: Negotiated
  readonly #drainMillis: number
  /** What the server has granted, to whichever call. */
  readonly #granted = new Set<string>()
  /** Of that, what is for calls that have succeeded. */
  readonly #subscribed = new Set<string>()
  /** What calls wait for: by filter, how many. */
  readonly #wanted = new Map<string, number>()

  constructor(engine: Engine<Consumer>, negotiated: Negotiated, drainMillis: number) {
    this.#engine = engine
    this.#negotiated = negotiated
    this.#drainMillis = drainMillis
  }

  subscribe(
    filter: string | ReadonlyArray<SubscribeRequest>,
    options?: SubscribeOptions
  ): Effect.Effect<ReadonlyArray<QoS.QoS>, SubscribeError> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.gen(this, function*() {
        const wanted = yield* requests.toRequests(filter, options)
        for (const request of wanted) {
          const refusal = requests.refusedLocally(request, this.#negotiated)
          if (refusal !== undefined) return yield* refusal
        }
        const call: Call = { wanted, answers: new Map(), isAbandoned: false }
        this.#count(wanted, 1)
        yield* restore(this.#ask(call)).pipe(
          Effect.ensuring(Effect.sync(() => this.#count(wanted, -1))),
          Effect.onError(() => Effect.sync(() => this.#abandon(call)))
        )
        const granted = new Map<string, QoS.QoS>()
        let refused: SubscribeError | undefined
        for (const request of wanted) {
          const answer = call.answers.get(request.filter)
          if (answer === undefined) continue
          if (Either.isRight(answer)) granted.set(request.filter, answer.right)
          refused ??= Either.isLeft(answer) ? answer.left : requests.insufficient(request, answer.right)
        }
        if (refused !== undefined) {
          const unwanted = this.#forgetUnwanted(call)
          // The refusal is what the caller has to hear of; a server that does not let go in time either keeps sending.
          if (unwanted.length > 0) yield* restore(atMost(this.#drainMillis)(Effect.ignore(this.#leave(unwanted))))
          return yield* refused
        }
        for (const name of granted.keys()) this.#subscribed.add(name)
        // A filter that was given twice is one subscription, and has one answer.
        const asked: ReadonlyArray<SubscribeRequest> = typeof filter === "string" ? [{ filter }] : filter
        return asked.map((one) => granted.get(requests.fullFilter({ ...options, ...one })) ?? 0)
      })
    )
  }

  unsubscribe(
    filter: string | ReadonlyArray<string>,
    { userProperties = [] }: Pick<SubscribeOptions, "userProperties"> = {}
  ): Effect.Effect<void, SubscribeError> {
    const filters = typeof filter === "string" ? [filter] : filter
    return Effect.flatMap(this.#leave(filters, userProperties), ({ reasonCodes, reasonString }) => {
      for (const [index, code] of reasonCodes.entries()) if (code < 0x80) this.#forget(filters[index])
      const refused = reasonCodes.findIndex((code) => code >= 0x80)
      return refused < 0 ? Effect.void : new SubscribeError({
        reason: "UnsubscribeRejected",
        filter: filters[refused],
        reasonCode: reasonCodes[refused],
        reasonString
      })
    })
  }

  #ask(call: Call): Effect.Effect<unknown, SubscribeError> {
    return inPackets(call.wanted, (some) => {
      const packet = requests.toPacket(some, this.#negotiated)
      return this.#operate(
        some[0].filter,
        (now, settle) =>
          this.#engine.session.subscribe(now, packet, (outcome) => {
            if (outcome._tag === "Answered") this.#answered(some, outcome, call)
            settle(outcome)
          })
      )
    })
  }

  #leave(
    filters: ReadonlyArray<string>,
    userProperties: ReadonlyArray<Properties.UserProperty> = []
  ): Effect.Effect<Answered, SubscribeError> {
    const carried = userProperties.length === 0 || this.#negotiated.protocolVersion === 4
      ? {}
      : { properties: { userProperties } }
    const answered = inPackets(filters, (some) =>
      this.#operate(
        some.join(", "),
        (now, settle) =>
          this.#engine.session.unsubscribe(now, { _tag: "Unsubscribe", filters: some, ...carried }, settle)
      ))
    return Effect.map(answered, (answers): Answered => ({
      _tag: "Answered",
      reasonCodes: answers.flatMap(({ reasonCodes }) => reasonCodes),
      reasonString: answers.find(({ reasonString }) => reasonString !== undefined)?.reasonString
    }))
  }

  #answered(wanted: ReadonlyArray<Request>, { reasonCodes, reasonString }: Answered, call: Call): void {
    for (const [index, { filter }] of wanted.entries()) {
      const answer = requests.toGranted(filter, reasonCodes[index], reasonString)
      if (Either.isRight(answer)) this.#granted.add(filter)
      call.answers.set(filter, answer)
    }
    if (call.isAbandoned) this.#takeBack(call)
  }

  /** Nobody waits any more; what is on its way to the server may still be granted. */
  #abandon(call: Call): void {
    call.isAbandoned = true
    this.#engine.pump.pass(() => this.#takeBack(call))
  }

  #takeBack(call: Call): void {
    const { pump, session } = this.#engine
    const filters = this.#forgetUnwanted(call)
    if (!session.isReady()) return
    // One by one: several answers together may be more than one packet holds.
    for (const filter of filters) session.unsubscribe(pump.now(), { _tag: "Unsubscribe", filters: [filter] }, () => {})
  }

  /** What the server has granted and no other call has or waits for. It is to be unsubscribed now. */
  #forgetUnwanted({ wanted }: Call): ReadonlyArray<string> {
    const unwanted = wanted.map(({ filter }) => filter).filter((filter) =>
      this.#granted.has(filter) && !this.#subscribed.has(filter) && !this.#wanted.has(filter)
    )
    for (const filter of unwanted) this.#forget(filter)
    return unwanted
  }

  #forget(filter: string): void {
    this.#granted.delete(filter)
    this.#subscribed.delete(filter)
  }

  #count(wanted: ReadonlyArray<Request>, change: 1 | -1): void {
    for (const { filter } of wanted) {
      const count = (this.#wanted.get(filter) ?? 0) + change
      if (count === 0) this.#wanted.delete(filter)
      else this.#wanted.set(filter, count)
    }
  }

  #operate(filter: string, start: Start): Effect.Effect<Answered, SubscribeError> {
    const { pump, session, stopped } = this.#engine
    return Effect.suspend(() => {
      const cause = stopped()
      if (cause !== undefined) return new SubscribeError({ reason: "Closed", filter, cause })
      return Effect.async((resume) => {
        pump.pass((now) =>
          start(now, (outcome) => {
            if (outcome._tag === "Answered") return resume(Effect.succeed(outcome))
            resume(
              outcome._tag === "Invalid"
                ? requests.unsendable(filter, outcome.cause)
                : new SubscribeError({ reason: "Closed", filter, cause: session.ended() })
            )
          })
        )
      })
    })
  }
}
