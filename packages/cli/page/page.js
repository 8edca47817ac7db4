/**
 * The whole page.
 *
 * @import { Answers } from "./server.js"
 * @import { State, Tab } from "./store.js"
 */
import { html, nothing } from "../node_modules/lit-html/lit-html.js"
import { answered } from "./answer.js"
import { careList } from "./care.js"
import { actions, cleanTab } from "./controls.js"
import { dockCard } from "./dock.js"
import { historyList } from "./history.js"
import * as icons from "./icons.js"
import { mapView } from "./map.js"
import { plansTab } from "./plans.js"
import { ask, watch } from "./server.js"
import { settingsList } from "./settings.js"
import { announcement, linkBanner, status } from "./status.js"
import { choose, device, now, update } from "./store.js"
import { situation } from "./words.js"

/** @typedef {keyof Answers} Question */

/** @type {ReadonlyArray<{ tab: Tab, title: string, questions: ReadonlyArray<Question> }>} */
const tabs = [
  { tab: "clean", title: "Clean", questions: [] },
  { tab: "care", title: "Care", questions: ["consumables"] },
  { tab: "plans", title: "Plans", questions: ["routines", "schedules", "cloudSchedules"] },
  { tab: "history", title: "History", questions: ["history"] },
  { tab: "settings", title: "Settings", questions: ["settings"] }
]

/** Settings are of many traits. @param {State} state @param {Question} question */
const isOffered = ({ offer }, question) => question === "settings" || offer?.traits.includes(question) === true

/** @param {string} id */
const onDevice = (id) => {
  choose(id)
  watch(id)
  history.replaceState(null, "", `#${encodeURIComponent(id)}`)
}

/** @param {State} state */
const deviceList = ({ devices, order, selected }) =>
  order.length < 2 ? nothing : html`<nav class="devices" aria-label="Devices">${
    order.map((id) => {
      const vacuum = devices.get(id)
      return vacuum === undefined ? nothing : html`<button type="button" aria-current=${id === selected}
      data-activity=${vacuum.available ? vacuum.activity : "unknown"} @click=${() => onDevice(id)}>
      <strong>${vacuum.name}</strong><small>${situation(vacuum)}</small></button>`
    })
  }</nav>`

/** @param {Tab} tab */
const openTab = (tab) => {
  const questions = tabs.find((known) => known.tab === tab)?.questions ?? []
  update({ tab, notice: undefined })
  for (const question of questions) if (isOffered(now(), question)) void ask(question)
}

/** @param {State} state @param {typeof tabs} shown */
const onTabKey = (state, shown) => (/** @type {KeyboardEvent} */ event) => {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0
  if (step === 0) return
  const index = shown.findIndex(({ tab }) => tab === state.tab)
  const next = shown[(index + step + shown.length) % shown.length]
  if (next === undefined) return
  event.preventDefault()
  openTab(next.tab)
  document.getElementById(`tab-${next.tab}`)?.focus()
}

/** @param {State} state */
const panel = (state) => {
  switch (state.tab) {
    case "clean":
      return cleanTab(state)
    case "care":
      return html`${dockCard(state)}
        <section class="card"><h2>Parts</h2>${answered(state, "consumables", careList)}</section>`
    case "plans":
      return plansTab(state)
    case "history":
      return answered(state, "history", (answer) => historyList(answer, state))
    case "settings":
      return answered(state, "settings", settingsList)
  }
}

/** @param {State} state */
const notice = ({ notice: shown }) =>
  html`<div class="notices"><div role="alert">${
    shown?.isError ?
      html`<p class="notice" data-kind="bad">${icons.warning}<span>${shown.text}</span>
      <button type="button" class="small" aria-label="Close" @click=${() => update({ notice: undefined })}
      >${icons.close}</button></p>` :
      nothing
  }</div><div role="status">${
    shown !== undefined && !shown.isError ?
      html`<p class="notice"><span>${shown.text}</span>
      <button type="button" class="small" aria-label="Close" @click=${() => update({ notice: undefined })}
      >${icons.close}</button></p>` :
      nothing
  }</div></div>`

/** @param {State} state */
const tabbed = (state) => {
  const shown = tabs.filter(({ questions }) =>
    questions.length === 0 || questions.some((question) => isOffered(state, question))
  )
  return html`<div class="tabs" role="tablist" aria-label="More" @keydown=${onTabKey(state, shown)}>${
    shown.map(({ tab, title }) =>
      html`<button type="button" role="tab" id="tab-${tab}" aria-controls="tab-panel" aria-selected=${tab === state.tab}
        tabindex=${tab === state.tab ? 0 : -1} @click=${() => openTab(tab)}>${title}</button>`
    )
  }</div>
  <div id="tab-panel" class="panel" role="tabpanel" aria-labelledby="tab-${state.tab}">${panel(state)}</div>`
}

/** @param {State} state */
export const page = (state) => {
  const { failure, homeName, isHomeKnown, link, order } = state
  const vacuum = device()
  const isWaiting = !isHomeKnown && failure === undefined && (link === "connecting" || link === "open")
  if (isWaiting) return html`<p class="loading">Looking for your devices …</p>`
  return html`
    <header><p class="home">${homeName ?? "Roborock"}</p>${deviceList(state)}</header>
    <div class="banners">${linkBanner(state)}</div>
    <main>
      ${mapView(state)}
      <div class="side">
        ${status()}
        ${actions(state)}
        ${vacuum === undefined || vacuum.unsupported !== undefined ? nothing : tabbed(state)}
        ${isHomeKnown && order.length === 0 ? html`<p class="hint">The account has no devices.</p>` : nothing}
      </div>
    </main>
    ${notice(state)}
    <p class="aloud" role="status">${announcement()}</p>`
}
