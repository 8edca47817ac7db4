import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs"

/**
 * What a program writes down for itself, one line a fact: it outlives a SIGKILL, since the operating
 * system has it, and a line that was cut off is not one.
 *
 * - `run <number>`: a new life of the program.
 * - `stored <message>`, `done <message>`: of the publisher.
 * - `got <message>`: the consumer has taken responsibility.
 * - `sure <count>`: so many identifiers of QoS 2 messages are durable in this life of the consumer.
 */
export type Word = "run" | "stored" | "done" | "got" | "sure"

export interface Fact {
  readonly word: Word
  readonly value: number
}

const words: ReadonlyArray<string> = ["run", "stored", "done", "got", "sure"]

const isWord = (text: string | undefined): text is Word => text !== undefined && words.includes(text)

export const read = (path: string): ReadonlyArray<Fact> => {
  if (!existsSync(path)) return []
  return readFileSync(path, "utf8").split("\n").flatMap((line) => {
    const [word, value] = line.split(" ")
    return isWord(word) && value?.length === width ? [{ word, value: Number(value) }] : []
  })
}

const width = 7

export const open = (path: string) => {
  const facts = read(path)
  const file = openSync(path, "a")
  // A line that a kill has cut off must not swallow the next one.
  if (facts.length > 0) writeSync(file, "\n")
  return {
    facts,
    note: (word: Word, values: ReadonlyArray<number>) => {
      if (values.length > 0) {
        writeSync(file, values.map((value) => `${word} ${`${value}`.padStart(width, "0")}\n`).join(""))
      }
    },
    close: () => closeSync(file)
  }
}

/** Odd messages go at QoS 1, even ones at QoS 2. */
export const qosOf = (message: number): 1 | 2 => message % 2 === 1 ? 1 : 2

const marker = /#(\d+);/g

/** The messages that are mentioned in bytes: a payload, or a record that holds one. */
export const messagesIn = (bytes: Uint8Array): ReadonlyArray<number> =>
  Array.from(new TextDecoder("latin1").decode(bytes).matchAll(marker), ([, digits]) => Number(digits))

export const payloadOf = (message: number): string => `#${message};${"x".repeat(message % 64)}`
