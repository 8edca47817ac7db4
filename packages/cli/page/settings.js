/**
 * What a person sets once.
 *
 * @import { Setting, SettingsAnswer } from "../src/internal/serve/messages.ts"
 * @import { TimeOfDay } from "./words.js"
 * @import { Command } from "../src/internal/serve/commands.ts"
 */
import { live } from "../node_modules/lit-html/directives/live.js"
import { html, nothing } from "../node_modules/lit-html/lit-html.js"
import { choiceOf } from "./choice.js"
import { correct, send } from "./server.js"
import { toggle } from "./toggle.js"
import { clockTime } from "./words.js"

/** @type {Readonly<Record<Setting["name"], string>>} */
const titles = {
  autoEmptying: "Empty after cleaning",
  carpet: "On carpets the mop",
  carpetBoost: "More suction on carpets",
  childLock: "Child lock",
  collisionAvoidance: "Keep away from obstacles",
  doNotDisturb: "Do not disturb",
  doNotDisturbSwitch: "Do not disturb",
  drying: "How long the mop dries",
  emptying: "How it is emptied",
  floorDirection: "Follow the boards of the floor",
  flowLed: "Running light",
  led: "Light of the buttons",
  offPeakCharging: "Charge off-peak only",
  repeat: "Everything is cleaned",
  smartWashing: "Choose when to wash the mop",
  sound: "Volume",
  washing: "How the mop is washed"
}

/**
 * Sends a change, and shows it when the device has accepted it.
 *
 * @param {Command} command
 * @param {Setting} changed
 */
const change = async (command, changed) => {
  if (!await send(command)) return
  correct("settings", ({ settings, silent }) => ({
    settings: settings.map((setting) => setting.name === changed.name ? changed : setting),
    silent
  }))
}

/** @param {Extract<Setting, { kind: "switch" }>} setting */
const switchRow = (setting) => {
  const { name, on: isOn } = setting
  return html`<li><div><strong>${titles[name]}</strong></div>
    ${toggle(titles[name], isOn, (on) => void change({ do: "switch", name, on }, { ...setting, on }))}</li>`
}

/** @param {Extract<Setting, { kind: "choice" }>} setting */
const choiceRow = (setting) => {
  const { name, value: current, values } = setting
  return html`<li class="whole">${
    choiceOf(
      titles[name],
      values,
      current,
      (value) => void change({ do: "choose", name, value }, { ...setting, value })
    )
  }</li>`
}

/** @param {Extract<Setting, { kind: "volume" }>} setting */
const volumeRow = (setting) => {
  const { name, percent: now } = setting
  /** @param {Event & { currentTarget: HTMLInputElement }} event */
  const onChange = ({ currentTarget }) => {
    const percent = Number(currentTarget.value)
    void change({ do: "volume", percent }, { ...setting, percent })
  }
  return html`<li class="whole"><label class="choice"><span>${titles[name]}, ${now} %</span>
    <input type="range" min="0" max="100" step="5" .value=${live(String(now))} @change=${onChange}></label></li>`
}

/** @param {string} text @param {TimeOfDay} otherwise */
const clockOf = (text, otherwise) => {
  const [hour, minute] = text.split(":").map(Number)
  return hour === undefined || minute === undefined || Number.isNaN(hour) ? otherwise : { hour, minute }
}

/** @param {Extract<Setting, { kind: "hours" }>} setting */
const hoursRow = (setting) => {
  const { enabled: isEnabled, end, name, start } = setting
  /** @param {Partial<typeof setting>} part */
  const set = (part) => {
    const changed = { ...setting, ...part }
    void change({ do: "hours", name, enabled: changed.enabled, start: changed.start, end: changed.end }, changed)
  }
  /** @param {"start" | "end"} which @param {string} label */
  const time = (which, label) =>
    html`<label class="choice"><span>${label}</span><input type="time" required
      aria-label="${titles[name]}: ${label.toLowerCase()}" .value=${live(clockTime(setting[which]))}
      @change=${(/** @type {Event & { currentTarget: HTMLInputElement }} */ { currentTarget }) =>
      set({ [which]: clockOf(currentTarget.value, setting[which]), enabled: true })}></label>`
  return html`<li><div><strong>${titles[name]}</strong>
      <span>${isEnabled ? `From ${clockTime(start)} to ${clockTime(end)}` : "Off"}</span></div>
    ${toggle(titles[name], isEnabled, (enabled) => set({ enabled }))}
    <div class="choices">${time("start", "From")}${time("end", "To")}</div></li>`
}

/** @param {Setting} setting */
const row = (setting) => {
  switch (setting.kind) {
    case "switch":
      return switchRow(setting)
    case "choice":
      return choiceRow(setting)
    case "volume":
      return volumeRow(setting)
    case "hours":
      return hoursRow(setting)
  }
}

/** @param {string} name */
const titleOf = (name) => Object.entries(titles).find(([known]) => known === name)?.[1] ?? name

/** @param {SettingsAnswer} answer */
export const settingsList = ({ settings, silent }) =>
  html`${
    settings.length === 0 && silent.length === 0
      ? html`<p class="hint">This device has no settings that this page knows.</p>`
      : html`<ul class="rows">${settings.map(row)}</ul>`
  }${
    silent.length === 0
      ? nothing
      : html`<p class="hint">The device has not told: ${silent.map(titleOf).join(", ")}.</p>`
  }`
