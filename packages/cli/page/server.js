/**
 * The server of the page: its stream of events, its answers, and commands.
 *
 * @import {
 *   CloudSchedulesAnswer, ConsumablesAnswer, ErrorAnswer, FloorsAnswer, HistoryAnswer, RoutinesAnswer, SchedulesAnswer,
 *   SettingsAnswer
 * } from "../src/internal/serve/messages.ts"
 * @import { Command } from "../src/internal/serve/commands.ts"
 * @import { State } from "./store.js"
 */
import { now, receive, update } from "./store.js"

/**
 * @typedef {object} Answers What the device can be asked, and what it answers.
 * @property {CloudSchedulesAnswer} cloudSchedules
 * @property {ConsumablesAnswer} consumables
 * @property {FloorsAnswer} floors
 * @property {HistoryAnswer} history
 * @property {RoutinesAnswer} routines
 * @property {SchedulesAnswer} schedules
 * @property {SettingsAnswer} settings
 */

/** The cloud answers these, and is not to be asked often. */
const cloudQuestions = new Set(["cloudSchedules", "routines"])

/** How long to wait before a stream that was refused is asked for again. */
const patience = 15_000

/** @type {EventSource | undefined} */
let source

/**
 * Watches all devices, and the map of one. A stream that breaks is opened again by the browser.
 *
 * @param {string | undefined} device
 */
export const watch = (device) => {
  source?.close()
  const stream = new EventSource(`api/events${device === undefined ? "" : `?device=${encodeURIComponent(device)}`}`)
  source = stream
  stream.onopen = () => update({ link: "open", lostAt: undefined })
  stream.onmessage = ({ data }) => receive(JSON.parse(data))
  stream.onerror = () => {
    if (source !== stream) return
    const isRefused = stream.readyState === EventSource.CLOSED
    update({ link: isRefused ? "refused" : "lost", lostAt: now().lostAt ?? Date.now() })
    if (isRefused) setTimeout(() => source === stream && watch(device), patience)
  }
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<unknown>} What the server says; rejects with a sentence.
 */
const exchange = async (path, init) => {
  const response = await fetch(path, init).catch(() => {
    throw new Error("roborock serve cannot be reached.")
  })
  /** @type {unknown} */
  const answer = await response.json().catch(() => undefined)
  if (response.ok) return answer
  /** @type {Partial<ErrorAnswer>} */
  const { error } = answer ?? {}
  throw new Error(error ?? `roborock serve answered ${response.status}.`)
}

/** @param {string} text */
const path = (text) => `api/devices/${encodeURIComponent(now().selected ?? "")}/${text}`

/** @param {unknown} error */
const sentence = (error) => error instanceof Error ? error.message : String(error)

/**
 * Sends a command to the selected device, and says how it went. The same command again, as by a double click, is dropped
 * while the first one is under way.
 *
 * @param {Command} command
 * @param {string} [done] What to say when it is done; without it the state of the device shows.
 * @returns {Promise<boolean>} Whether the device has accepted it.
 */
export const send = async (command, done) => {
  const body = JSON.stringify(command)
  if (now().busy === body) return false
  update({ busy: body, notice: undefined })
  /** @param {State["notice"]} notice */
  const end = (notice) => update(now().busy === body ? { busy: undefined, notice } : { notice })
  try {
    await exchange(path("commands"), { method: "POST", headers: { "content-type": "application/json" }, body })
    end(done === undefined ? undefined : { text: done, isError: false })
    return true
  } catch (error) {
    end({ text: sentence(error), isError: true })
    return false
  }
}

/** What stands for an answer that has not come, or will not. */
export const pending = Symbol("pending")

/**
 * Asks something about the selected device; the answer is kept under the question.
 *
 * @param {keyof Answers} question
 */
export const ask = async (question) => {
  const { selected } = now()
  /** @param {unknown} answer */
  const keep = (answer) => {
    if (now().selected === selected) update({ answers: new Map(now().answers).set(question, answer) })
  }
  const known = now().answers.get(question)
  if (known !== undefined && !(known instanceof Error) && cloudQuestions.has(question)) return
  if (known === undefined) keep(pending)
  try {
    keep(await exchange(path(question)))
  } catch (error) {
    keep(new Error(sentence(error)))
  }
}

/**
 * Changes an answer that is known to be another one now.
 *
 * @template {keyof Answers} Question
 * @param {Question} question
 * @param {(answer: Answers[Question]) => Answers[Question]} change
 */
export const correct = (question, change) => {
  const { answers } = now()
  const answer = answers.get(question)
  if (answer === undefined || answer === pending || answer instanceof Error) return
  const changed = change(/** @type {Answers[Question]} the answer to this question */ (answer))
  update({ answers: new Map(answers).set(question, changed) })
}

/** @param {number} run */
export const runMapPath = (run) => path(`history/${run}/map.svg`)
