/** Notices that belong in the log: one line per kind, and the next after a while, so that a flood of drops is not one of lines. */
import * as Effect from "effect/Effect"
import type { Pump } from "../link/pump.ts"
import type { Listener, Notice, Trouble } from "./notices.ts"
import { isTrouble } from "./notices.ts"

/** Between two warnings of a kind, in milliseconds. */
const quietTime = 10_000

const droppedSentences: Record<Extract<Trouble, { readonly _tag: "Dropped" }>["cause"], string> = {
  Overflow: "A stream is read too slowly: messages are dropped by its policy",
  ReadAheadFull: "A stream is read too slowly: QoS 0 messages are dropped",
  Unclaimed: "Messages that no stream asked for were acknowledged and dropped",
  Refused: "Messages were refused, or left behind by their consumer"
}

const sentenceOf = (notice: Trouble): string => {
  switch (notice._tag) {
    case "Dropped":
      return droppedSentences[notice.cause]
    case "SlowConsumer":
      return "A consumer holds up the others"
    case "Unattended":
      return "A message of an earlier run could not be sent"
    case "OverlappingFilters":
      return "Filters overlap, and the server does not say which one a message is for: streams may see it twice"
  }
}

type Details = Readonly<Record<string, string>>

const detailsOf = (notice: Trouble): Details => {
  if (notice._tag === "Unattended") return { error: notice.error.message }
  return notice.filters.length === 0 ? {} : { filters: notice.filters.join(", ") }
}

interface Kind {
  total: number
  quietUntil: number
  isReported: boolean
  details: Details
}

export class Warnings implements Listener {
  readonly #clock: Pick<Pump, "now">
  #kinds: Map<string, Kind> | undefined = undefined
  /** Those with something to say. */
  #due: Array<[string, Kind]> | undefined = undefined

  constructor(clock: Pick<Pump, "now">) {
    this.#clock = clock
  }

  onNotice(notice: Notice): void {
    if (!isTrouble(notice)) return
    const sentence = sentenceOf(notice)
    this.#kinds ??= new Map()
    const kind = this.#kinds.get(sentence) ?? { total: 0, quietUntil: -Infinity, isReported: true, details: {} }
    this.#kinds.set(sentence, kind)
    kind.total += notice._tag === "Dropped" ? notice.count : 1
    kind.details = detailsOf(notice)
    const at = this.#clock.now()
    if (at < kind.quietUntil || !kind.isReported) return
    kind.quietUntil = at + quietTime
    kind.isReported = false
    this.#due ??= []
    this.#due.push([sentence, kind])
  }

  /** Writes the next line of the log, if there is one. */
  take(): Effect.Effect<void> | undefined {
    const next = this.#due?.shift()
    if (next === undefined) return undefined
    const [warning, kind] = next
    kind.isReported = true
    return Effect.annotateLogs(Effect.logWarning(warning), {
      package: "connection",
      total: kind.total,
      ...kind.details
    })
  }
}
