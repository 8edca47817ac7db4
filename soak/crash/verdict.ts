import { qosOf } from "../numberedMessage.ts"
import type { Fact } from "./ledger.ts"

export interface Verdict {
  readonly lost: Record<1 | 2, number>
  readonly duplicates: Record<1 | 2, number>
  /** QoS 2 messages that were known to be durable when the program was killed: none of them may come again. */
  readonly sure: number
  /** QoS 2 duplicates that the documented window does not explain. */
  readonly unexplained: ReadonlyArray<number>
}

interface Life {
  /** QoS 2 messages in the order in which they were accepted, which is that of their PUBRECs. */
  readonly accepted: Map<number, number>
  sure: number
}

/**
 * A QoS 2 message may come twice only if the program was killed after it had accepted it and before
 * its identifier was durable: the identifiers become durable in the order of acceptance, so it was not
 * among the first `sure` ones of that life.
 */
export const judge = (facts: ReadonlyArray<Fact>, count: number): Verdict => {
  const lives: Array<Life> = []
  const times = new Map<number, number>()
  const unexplained: Array<number> = []
  for (const { value, word } of facts) {
    const life = lives.at(-1)
    if (word === "run") lives.push({ accepted: new Map(), sure: 0 })
    else if (word === "sure" && life !== undefined) life.sure = value
    else if (word === "got" && life !== undefined) {
      times.set(value, (times.get(value) ?? 0) + 1)
      if (qosOf(value) === 1) continue
      const isExplained = lives.every(({ accepted, sure }) => (accepted.get(value) ?? Infinity) > sure)
      if (!isExplained || life.accepted.has(value)) unexplained.push(value)
      life.accepted.set(value, life.accepted.size + 1)
    }
  }
  const lost = { 1: 0, 2: 0 }
  const duplicates = { 1: 0, 2: 0 }
  for (let message = 1; message <= count; message++) {
    const copies = times.get(message) ?? 0
    if (copies === 0) lost[qosOf(message)]++
    else duplicates[qosOf(message)] += copies - 1
  }
  return { lost, duplicates, sure: lives.reduce((sum, life) => sum + life.sure, 0), unexplained }
}
