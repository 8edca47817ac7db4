import type * as Packet from "@effect-mqtt/codec/Packet"
import type * as Effect from "effect/Effect"
import type {
  Action,
  AuthenticationStep,
  ClientIdentity,
  ConnectDecision,
  ConnectRequest,
  Mechanism
} from "../AccessControl.ts"
import type { Capabilities } from "../Capabilities.ts"
import type { Faults } from "./faults.ts"
import type { Ledger } from "./messages/ledger.ts"
import type { Message } from "./messages/message.ts"
import type { ResolvedLimits } from "./resolvedLimits.ts"
import type { Holder, Session, Will } from "./sessions/session.ts"

/**
 * A decision that only the program can take, or whether the packet may keep others waiting any longer. The link takes no
 * further packet until `answer` was called; an answer may raise the next question.
 */
export type Question =
  | {
    readonly _tag: "Authenticate"
    readonly request: ConnectRequest
    readonly answer: (decision: ConnectDecision, now: number) => Question | undefined
  }
  | {
    readonly _tag: "TakeStep"
    readonly step: () => AuthenticationStep | Effect.Effect<AuthenticationStep>
    readonly answer: (step: AuthenticationStep, now: number) => Question | undefined
  }
  | {
    readonly _tag: "Authorize"
    readonly identity: ClientIdentity
    readonly action: Action
    readonly topics: ReadonlyArray<string>
    /** One decision for each topic. */
    readonly answer: (allowed: ReadonlyArray<boolean>, now: number) => Question | undefined
  }
  | { readonly _tag: "GoOn"; readonly answer: (now: number) => Question | undefined }

/** What became of a message. `RetainedFull` messages reached nobody. */
export type Routed = "Delivered" | "NoSubscribers" | "RetainedFull"

/** What a session was opened with. */
export interface OpenedSession {
  readonly session: Session
  readonly present: boolean
}

/** The broker, as one of its links sees it. */
export interface Hub {
  readonly limits: ResolvedLimits
  readonly capabilities: Capabilities
  readonly faults: Faults
  readonly ledger: Ledger
  readonly authenticates: boolean
  readonly authorizes: boolean
  readonly mechanism: (method: string) => Mechanism | undefined
  /** Further clients are told that the server is busy. */
  readonly isOverloaded: boolean
  readonly assignClientId: () => string
  /** Takes the session over from whoever holds it; nothing is sent to it before it is attached. */
  readonly openSession: (
    clientId: string,
    cleanStart: boolean,
    holder: Holder,
    will: Will | undefined,
    now: number
  ) => OpenedSession | "QuotaExceeded"
  /** The link is over; without a will when it ended normally. */
  readonly closeSession: (session: Session, holder: Holder, will: Will | undefined, now: number) => void
  readonly publish: (message: Message, mustKeep: boolean, now: number) => Routed
  readonly subscribe: (
    session: Session,
    request: Packet.Subscription,
    identifier: number | undefined,
    now: number
  ) => "New" | "Replaced" | "QuotaExceeded"
  readonly unsubscribe: (session: Session, filter: string) => boolean
  /** False when the session takes no more: the rest would only be counted as dropped. */
  readonly replay: (session: Session, filter: string, now: number) => boolean
}
