import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs"

/**
 * What a program writes down for itself, one line a fact: it outlives a SIGKILL, since the operating
 * system has it, and a line that was cut off is not one.
 *
 * - `run <number>`: a new life of the program.
 * - `stored <message>`, `done <message>`: of the publisher.
 * - `subscribed <number>`: the broker has granted the subscription in this life of the consumer.
 * - `got <message>`: the consumer has taken responsibility.
 * - `sure <count>`: so many identifiers of QoS 2 messages are durable in this life of the consumer.
 */
export type Word = "run" | "stored" | "done" | "subscribed" | "got" | "sure"

export interface Fact {
  readonly word: Word
  readonly value: number
}

const words: ReadonlyArray<string> = ["run", "stored", "done", "subscribed", "got", "sure"]

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
