/** What there is while there is a wire. */
import type * as Clock from "effect/Clock"
import type * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Runtime from "effect/Runtime"
import type { Negotiated } from "../../../Negotiated.ts"
import type { Session } from "../../../Session.ts"
import type { Wire } from "../../../Wire.ts"
import type { Fork } from "./alarm.ts"
import type { LinkError } from "./linkFailed.ts"
import type { ReceiverOwner } from "./receiver.ts"
import { Receiver } from "./receiver.ts"
import type { WriterOwner } from "./writer.ts"
import { Writer } from "./writer.ts"

/** Whose link it is. */
export interface LinkOwner {
  /** Runs once, after a good CONNACK; gives what is left to do before anything else is received. */
  readonly onReady: (negotiated: Negotiated) => Effect.Effect<void> | undefined
  /** Hears how the link has ended; the first call counts. */
  readonly over: (ending: Exit.Exit<never, LinkError>) => void
}

/** What of a program a link works with. */
export interface Workings {
  readonly session: Session
  readonly clock: Clock.Clock
  readonly runtime: Runtime.Runtime<never>
}

export class WireLink {
  readonly wire: Wire
  readonly fork: Fork
  readonly writer: Writer
  readonly receiver: Receiver
  readonly owner: LinkOwner
  /** Whether anything has come. */
  isAnswered = false
  /** The good CONNACK, until somebody has seen to it. */
  justConnected: Negotiated | undefined = undefined
  /** Bytes that were written in answer to what came, and that the wire has not taken. */
  unsentAnswers = 0
  /** Since when nothing is read although somebody waits for an answer. */
  heldBackSince: number | undefined = undefined
  /** When to stop waiting for the goodbye to leave. */
  goodbyeDue = Infinity

  constructor(
    wire: Wire,
    { clock, runtime, session }: Workings,
    driver: WriterOwner & ReceiverOwner,
    owner: LinkOwner
  ) {
    const scheduler = FiberRefs.getOrDefault(runtime.fiberRefs, FiberRef.currentScheduler)
    this.wire = wire
    this.fork = Runtime.runFork(runtime)
    this.writer = new Writer(session, wire, clock, scheduler, this.fork, driver)
    this.receiver = new Receiver(wire, scheduler, this.fork, driver)
    this.owner = owner
  }
}
