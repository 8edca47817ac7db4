/** One topic filter at the server, and the streams that share it. */
import type { QoS } from "@effect-mqtt/codec"
import type { SubscribeError } from "../../../MqttError.ts"
import type { Granted, Request } from "./requests.ts"
import * as requests from "./requests.ts"
import type { Subscriber } from "./subscriber.ts"

/** One stream, in every filter that it asked for. */
export interface Member {
  readonly subscriber: Subscriber<SubscribeError>
  readonly requests: ReadonlyMap<string, Request>
  /** It has messages, and before somebody accepts them nothing more is read, be it the answer to its SUBSCRIBE. */
  readonly onOverfull: () => void
  /** A filter was refused, or the buffer overflowed, which ends the stream as a whole. */
  isOver: boolean
  /** Has got messages in this pass of the session, of which its reader does not know yet. */
  isTouched: boolean
}

export type GrantListener = (filter: string, granted: Granted) => void

/** `uncertain`: a SUBSCRIBE or UNSUBSCRIBE was in flight when the link dropped. */
export type State = "absent" | "subscribing" | "active" | "unsubscribing" | "uncertain"

export interface Waiting {
  readonly member: Member
  readonly listener: GrantListener
  /** The SUBSCRIBE whose answer it waits for, or that of a later one. */
  readonly operation: number
}

export interface Entry {
  /** What serves all streams. */
  request: Request
  /** What the server has granted last, even while a SUBSCRIBE that asks for more is on its way. */
  confirmed: Request | undefined
  /** The server may have the filter, although nothing is confirmed: a refusal does not mean that it has not. */
  mayBeHeld: boolean
  /** Counts SUBSCRIBEs and UNSUBSCRIBEs: the answer to the last one decides. */
  operation: number
  /** Names the subscription at the server; a fresh one each time that the server has to make it anew. */
  identifier: number
  /** The server was told the identifier, so that messages for this one name it. */
  isNamed: boolean
  state: State
  granted: QoS.QoS
  readonly members: Set<Member>
  /** Those whose SUBSCRIBE made the server send what is retained. */
  readonly replayTo: Set<Member>
  listeners: Array<Waiting>
  /** Callers that wait for the UNSUBACK. */
  leaving: Array<() => void>
  /** Its streams belonged to an earlier run of the program; messages wait for new ones. */
  isInherited: boolean
}

export const make = (request: Request, identifier: number): Entry => ({
  request,
  confirmed: undefined,
  mayBeHeld: false,
  operation: 0,
  identifier,
  isNamed: false,
  state: "absent",
  granted: 0,
  members: new Set(),
  replayTo: new Set(),
  listeners: [],
  leaving: [],
  isInherited: false
})

/** Of an earlier run of the program, which had its own options; whoever wants it now says how. */
export const makeInherited = (filter: string, identifier: number): Entry => ({
  ...make(
    {
      filter,
      qos: 0,
      requireQos: false,
      noLocal: false,
      retainAsPublished: false,
      retainHandling: undefined,
      userProperties: []
    },
    identifier
  ),
  state: "uncertain",
  isInherited: true
})

/** The session is new: the server knows nothing of it. */
export const forgotten = (entry: Entry): void => {
  entry.state = "absent"
  entry.confirmed = undefined
  entry.mayBeHeld = false
}

/** Tells those who wait for a SUBACK. */
export const answer = (entry: Entry, granted: Granted): void => {
  const { listeners } = entry
  entry.listeners = []
  for (const { listener } of listeners) listener(entry.request.filter, granted)
}

/** Tells those who wait for the UNSUBACK. */
export const left = (entry: Entry): void => {
  const { leaving } = entry
  entry.leaving = []
  for (const onLeft of leaving) onLeft()
}

/** The failure of a stream that insists on its quality of service and got less. */
export const insufficient = (
  { granted, request: { filter } }: Entry,
  member: Member
): SubscribeError | undefined => {
  const wanted = member.requests.get(filter)
  return wanted === undefined ? undefined : requests.insufficient(wanted, granted)
}
