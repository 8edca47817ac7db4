/** One attempt to connect and the link that it becomes, up to its end. */
import type { ProtocolVersion } from "@effect-mqtt/codec"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import type { Endpoint } from "../../../Endpoint.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { Traces } from "../../../TraceContext.ts"
import type { LinkError } from "../link/linkFailed.ts"
import * as attempts from "./attempt.ts"

/** The owner of one link after the other. */
export interface LinkHolder {
  /** Where the next attempt goes. */
  readonly endpoint: Effect.Effect<Endpoint, LinkError>
  /** What gives attempts their spans, if they have any. */
  readonly traces: Traces | undefined
  /** A server has let us in; gives what is left to do before anything else is received. */
  readonly onReady: (link: Link, negotiated: Negotiated) => Effect.Effect<void> | undefined
  /** The link has ended, and is to be closed. */
  readonly onEnded: () => void
  /** Runs when nothing of it is left. */
  readonly onReleased: () => Effect.Effect<void>
}

/** How it begins. */
interface Beginning {
  readonly clientId: string
  readonly cleanStart: boolean
  readonly protocolVersion: ProtocolVersion.ProtocolVersion
  /** Whether only a clean start could succeed. */
  readonly wasToStartClean: boolean
}

export class Link implements attempts.Attempt {
  readonly clientId: string
  readonly cleanStart: boolean
  readonly protocolVersion: ProtocolVersion.ProtocolVersion
  readonly wasToStartClean: boolean
  ending: Exit.Exit<never, LinkError> | undefined = undefined
  readyAt: number | undefined = undefined
  readonly #holder: LinkHolder
  readonly #opening: attempts.Opening
  #endSpan: ((exit: Exit.Exit<unknown, unknown>) => Effect.Effect<void>) | undefined = undefined

  /** The scope is for whatever has to be released when the link is over. */
  constructor(
    holder: LinkHolder,
    { cleanStart, clientId, protocolVersion, wasToStartClean }: Beginning,
    shared: attempts.Shared,
    scope: Scope.CloseableScope
  ) {
    this.clientId = clientId
    this.cleanStart = cleanStart
    this.protocolVersion = protocolVersion
    this.wasToStartClean = wasToStartClean
    this.#holder = holder
    this.#opening = new attempts.Opening(shared, this, scope)
  }

  begin(): void {
    this.#opening.start()
  }

  /** Releases all that there is of it. */
  close(ending: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    return this.#opening.close(ending)
  }

  get endpoint(): Effect.Effect<Endpoint, LinkError> {
    const { endpoint, traces } = this.#holder
    return traces === undefined ? endpoint : Effect.zipRight(this.#startSpan(traces), endpoint)
  }

  onReady(negotiated: Negotiated): Effect.Effect<void> | undefined {
    const work = this.#holder.onReady(this, negotiated)
    return this.#endSpan === undefined ? work : Effect.zipRight(this.#endSpan(Exit.void), work ?? Effect.void)
  }

  /** The first call counts. */
  over(ending: Exit.Exit<never, LinkError>): void {
    if (this.ending !== undefined) return
    this.ending = ending
    this.#holder.onEnded()
  }

  onReleased(ending: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    const released = this.#holder.onReleased()
    return this.#endSpan === undefined ? released : Effect.zipRight(released, this.#endSpan(ending))
  }

  #startSpan(traces: Traces): Effect.Effect<void> {
    return Effect.map(traces.startAttempt(this.clientId, this.protocolVersion), (end) => {
      this.#endSpan = end
    })
  }
}
