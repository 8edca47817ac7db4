/** What goes wrong, and in which order: a seed gives the same faults again. */
import type * as FaultyLink from "@effect-mqtt/interop/faultyLink"
import type { Open } from "@effect-mqtt/interop/mosquitto"
import type { BrokerError } from "@effect-mqtt/interop/process"
import { Effect, Random } from "effect"

/** How often each comes, of a hundred. */
const shares = {
  cut: 20,
  torn: 20,
  outage: 10,
  stall: 20,
  "half-open": 12,
  "byte delays": 12,
  restart: 6
}

export type Kind = keyof typeof shares

export const kinds: ReadonlyArray<Kind> = ["cut", "torn", "outage", "stall", "half-open", "byte delays", "restart"]

export interface Fault {
  readonly kind: Kind
  /** Whose link it strikes. */
  readonly side: "publisher" | "consumer" | "both"
  /** How long an outage, a stall, delays and the absence of the broker last. */
  readonly millis: number
  /** How many bytes still pass before a link is torn. */
  readonly bytes: number
  /** The pause after it; after a short one the next fault may strike before all is well. */
  readonly pauseMillis: number
  /** The next one does not wait until all is well. */
  readonly isFollowed: boolean
}

const longestMillis: Record<Kind, number> = {
  cut: 0,
  torn: 0,
  outage: 1500,
  // Some are survived, and the longer ones found out by keep-alive.
  stall: 3500,
  "half-open": 0,
  "byte delays": 2000,
  restart: 500
}

const kindOf = (percent: number): Kind => {
  let rest = percent
  return kinds.find((kind) => (rest -= shares[kind]) < 0) ?? "cut"
}

const sides = ["publisher", "consumer", "both"] as const

/** The next fault each time that it runs. */
export const generator = (seed: number): Effect.Effect<Fault> => {
  const random = Random.make(seed)
  const below = (most: number) => random.nextIntBetween(0, most)
  return Effect.gen(function*() {
    const kind = kindOf(yield* below(100))
    return {
      kind,
      side: sides[yield* below(sides.length)] ?? "both",
      millis: yield* below(longestMillis[kind] + 1),
      bytes: yield* below(2000),
      pauseMillis: yield* below(800),
      isFollowed: (yield* below(4)) === 0
    }
  })
}

export interface Site {
  readonly broker: Open
  readonly links: Record<"publisher" | "consumer", FaultyLink.FaultyLink>
}

/** Completes when the cause is gone. What it did to the clients is theirs to find out. */
export const strike = ({ broker, links }: Site, fault: Fault): Effect.Effect<void, BrokerError> => {
  const struck = fault.side === "both" ? [links.publisher, links.consumer] : [links[fault.side]]
  const each = (effect: (link: FaultyLink.FaultyLink) => Effect.Effect<void>) =>
    Effect.forEach(struck, effect, { concurrency: "unbounded", discard: true })
  const during = (change: (link: FaultyLink.FaultyLink, isOn: boolean) => Effect.Effect<void>) =>
    Effect.acquireUseRelease(
      each((link) => change(link, true)),
      () => Effect.sleep(fault.millis),
      () => each((link) => change(link, false))
    )
  switch (fault.kind) {
    case "cut":
      return each((link) => link.cut)
    case "torn":
      return each((link) => link.tear(fault.bytes))
    case "outage":
      return during((link, isOn) => Effect.zipRight(link.refuse(isOn), isOn ? link.cut : Effect.void))
    case "stall":
      return during((link, isOn) => link.stall(isOn))
    case "half-open":
      return each((link) => link.abandon)
    case "byte delays":
      return during((link, isOn) => link.trickle(isOn))
    case "restart":
      return broker.stop.pipe(Effect.zipRight(Effect.sleep(fault.millis)), Effect.zipRight(broker.start))
  }
}
