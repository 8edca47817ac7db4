/** What a session is given and what can be asked of it: the types behind the public module `Session`. */
import type { Packet } from "@effect-mqtt/codec"
import type * as Either from "effect/Either"
import type { Message, PublishResult } from "../../Message.ts"
import type { AuthError, ConnectError, PublishError, StoreError } from "../../MqttError.ts"
import type { Negotiated } from "../../Negotiated.ts"
import type { Change } from "../store/storedSession.ts"
import type { AuthenticationStep } from "./linking/authentication.ts"
import type { OperationOutcome } from "./operations.ts"
import type { Limits } from "./sending/outbound.ts"
import type { Publication } from "./sending/publication.ts"
import type { Traffic } from "./traffic.ts"

/** An unacknowledged QoS 1 or 2 message. */
export interface Pending {
  readonly id: number
  readonly qos: 1 | 2
  readonly accepted: boolean
  /** What {@link Session.accept} was told. */
  readonly reasonCode: number
}

/**
 * Bounds and time-outs of a session. Times are milliseconds.
 */
export interface Bounds extends Limits {
  /** Whether publishes that are new on a link wait until every SUBSCRIBE of its beginning is answered. */
  readonly gatePublishes: boolean
  /**
   * Our Receive Maximum: incoming QoS 1 and 2 messages that may be unacknowledged. A 3.1.1 server
   * does not know it: see {@link Session.mustPause}.
   */
  readonly receiveMaximum: number
  /** What messages beyond `receiveMaximum` may take, bytes: see {@link Session.mustStop}. */
  readonly readAheadBytes: number
  /** The largest packet accepted, bytes. */
  readonly maxPacketBytes: number
  readonly connAckTimeout: number
  readonly acknowledgementTimeout: number
  /** How long before the end of the keep-alive time a ping is sent. */
  readonly pingLead: (keepAlive: number) => number
  /**
   * Most topic aliases that go out; the server's Topic Alias Maximum lowers it. What comes in may use
   * as many as the CONNECT announces.
   */
  readonly maxTopicAliases: number
}

/** The records of a store, as they were when the session was opened. */
export type Records = ReadonlyMap<string, Uint8Array>

/**
 * Who hears what happens in a session.
 */
export interface Owner {
  /** A message of an earlier process, for which nobody waits, could not be sent. */
  readonly onUnattended?: ((error: PublishError) => void) | undefined
  /** The server asks for a step of the authentication whose method the CONNECT names. */
  readonly onAuthenticate: (step: AuthenticationStep) => void
  /** Sees every packet; for a log. */
  readonly onPacket?: ((direction: "sent" | "received", packet: Packet.Packet) => void) | undefined
  /** A ping was sent; or answered, after this many milliseconds. */
  readonly onPing?: ((roundTrip: number | undefined) => void) | undefined
  /** The CONNACK was good: the moment to restore subscriptions. Queued publishes follow. */
  readonly onConnected: (negotiated: Negotiated) => void
  /** Whether another link is to go on with the session, so that messages may be left to it; absent, one is. */
  readonly goesOn?: (() => boolean) | undefined
  /** A message for the application; `pending` is present for QoS 1 and 2. */
  readonly onMessage: (message: Message, pending: Pending | undefined) => void
}

/**
 * What a session is made with.
 */
export interface Options extends Bounds, Owner {
  /**
   * Makes the session durable: the records of its store, as they were when it was opened. Absent, it is
   * kept in memory and takes no changes. The clock is then that of the calendar.
   */
  readonly records?: Records | undefined
}

/**
 * What a durable session has found in its store.
 */
export interface Restored {
  /** Publishes that an earlier process began. */
  readonly publishes: number
  /** The filters it had subscribed to, with their subscription identifiers; 0 for none. */
  readonly subscriptions: ReadonlyArray<{ readonly filter: string; readonly identifier: number }>
  /** The highest subscription identifier given out in this session. */
  readonly lastIdentifier: number
  /** Records that could not be read and were set aside. */
  readonly unreadable: number
}

/**
 * The machine. One link at a time: `open`, then `receive` and `tick` until `ended` says why it is
 * over or the transport breaks, then `lost`. What it holds survives to the next `open`.
 */
export interface Session {
  /** A link was opened: writes CONNECT. The server has to let us in by `due`, however many steps that takes. */
  readonly open: (now: number, connect: Packet.Connect, due?: number) => void
  readonly receive: (now: number, bytes: Uint8Array) => void
  /** Call it at {@link Session.deadline}, also while there is no link. */
  readonly tick: (now: number) => void
  /** The link is gone; since the last input, if no instant is given. */
  readonly lost: (now?: number) => void
  /** What its store held; undefined for a session in memory. */
  readonly restored: () => Restored | undefined
  /** Whether the server may still hold the session that is known here. */
  readonly isResumable: (now: number) => boolean
  /**
   * The next changes to commit, as one batch; none while a batch is out. What has to be durable before
   * something is written is in here, and the rest of it follows {@link Session.committed}.
   */
  readonly takeChanges: () => ReadonlyArray<Change>
  /** The batch taken is durable. */
  readonly committed: (now: number) => void
  /** The batch taken is not. What nothing else relies on fails alone; otherwise the session cannot go on. */
  readonly commitFailed: (now: number, error: StoreError) => void
  /** Why the session cannot go on, on this link or on another. */
  readonly broken: () => ConnectError | undefined
  /** The next instant that needs a `tick`; `Infinity` if none. */
  readonly deadline: () => number
  /** Bytes to write, in one batch. */
  readonly takeOutput: () => ReadonlyArray<Uint8Array>
  /**
   * The transport has taken what was taken last: a ping that never gets there is one without answer. `isDrained` says
   * that it holds none of the bytes any more, so their memory is written again, by this session or by others. More of
   * what is to be sent again, or waits in the queue, may be ready to be taken after this.
   */
  readonly flushed: (now: number, isDrained?: boolean) => void
  readonly outputBytes: () => number
  /** What went over all links so far. */
  readonly traffic: () => Readonly<Traffic>
  /** Why the link has to be closed, once its output is flushed. */
  readonly ended: () => AuthError | ConnectError | undefined
  /** Whether the server owed an answer when the last link that was ready ended. */
  readonly wasBusy: () => boolean
  readonly isReady: () => boolean
  /** Whether the server may hold state that a Clean Start would discard. */
  readonly hasState: () => boolean
  /**
   * The server held a session that is unknown here, which ended the link: the next CONNECT has to
   * ask for a Clean Start [MQTT-3.2.2-4].
   */
  readonly mustStartClean: () => boolean
  /**
   * At QoS 0 a payload below 16 KiB is the caller's again when this returns; any other is the session's, and must not
   * change.
   */
  readonly publish: (
    now: number,
    message: Omit<Packet.Publish, "packetId" | "dup">,
    settle: (result: Either.Either<PublishResult, PublishError>) => void
  ) => Publication
  /** Settles with `LinkLost` at once while there is no ready link. */
  readonly subscribe: (
    now: number,
    packet: Omit<Packet.Subscribe, "packetId">,
    settle: (outcome: OperationOutcome) => void
  ) => void
  /** Settles with `LinkLost` at once while there is no ready link. */
  readonly unsubscribe: (
    now: number,
    packet: Omit<Packet.Unsubscribe, "packetId">,
    settle: (outcome: OperationOutcome) => void
  ) => void
  /** The mechanism's answer to the last step; `data` goes with the answer to a challenge. */
  readonly authenticate: (now: number, data: Uint8Array | undefined) => void
  /** The mechanism does not go on: ends the link with its reason. */
  readonly refuse: (now: number, error: AuthError | ConnectError) => void
  /**
   * Authenticates anew on this link, with the method of its CONNECT [5 §4.12.1]. Settles with
   * undefined when the server has agreed, else with why it did not. One that is under way is joined;
   * true if it is this one that begins.
   */
  readonly reauthenticate: (
    now: number,
    data: Uint8Array | undefined,
    settle: (error: AuthError | ConnectError | undefined) => void
  ) => boolean
  /** Settles with the round trip in milliseconds, or undefined if there is no link or it was lost. */
  readonly ping: (now: number, settle: (roundTrip: number | undefined) => void) => void
  /**
   * Its consumers have taken responsibility for the message, or, with a `reasonCode` of 0x80 or more,
   * refuse it; 3.1.1 has no way to say that, the message is acknowledged all the same. False if nobody
   * waits for it any more: the message came over an earlier link, and the server sends it again.
   */
  readonly accept: (pending: Pending, reasonCode?: number) => boolean
  /** The shell has stopped or resumed reading on purpose. */
  readonly readingPaused: (now: number, paused: boolean) => void
  /**
   * Writes DISCONNECT as the last packet. In 3.1.1, where every DISCONNECT deletes the will, nothing is
   * written for a `reasonCode` other than 0.
   */
  readonly disconnect: (reasonCode: number, properties?: Packet.Disconnect["properties"]) => void
  /** Fails everything that waits. The session must not be used again. */
  readonly dispose: (cause: AuthError | ConnectError) => void
  /** QoS 1 and 2 publishes without acknowledgement. */
  readonly inFlight: () => number
  /** Publishes that wait to be sent. */
  readonly queued: () => number
  /** Whether nothing waits to be sent or acknowledged. */
  readonly isIdle: () => boolean
  /** Whether an answer is awaited that only further reading can bring. */
  readonly awaitsAnswer: () => boolean
  /**
   * Reading should pause, unless an answer is awaited: a 3.1.1 server has sent as many messages that
   * wait for their consumers as `receiveMaximum` allows.
   */
  readonly mustPause: () => boolean
  /**
   * Reading has to stop even if an answer is awaited: messages beyond `receiveMaximum`, which only a server
   * can send that does not know it, take more than `readAheadBytes`. It may go on when some of them are accepted,
   * or after {@link Session.leaveRest}. The same while a mechanism judges the server.
   */
  readonly mustStop: () => boolean
  /**
   * For an answer that lies behind such messages: those of QoS 1 and 2 that this link still brings are left to the server,
   * neither acknowledged nor given to anybody. When all before them are acknowledged, and what was awaited is answered, the
   * link ends with `Closed`, retryable, and the next one brings them. Nothing is left to a server that would forget it.
   */
  readonly leaveRest: () => void
  /** The message that keeps a server at its Receive Maximum from sending another one. */
  readonly blockedBy: () => Pending | undefined
}
