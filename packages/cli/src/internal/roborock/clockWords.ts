/** Times of the day and days of the week, as people write them. */
import * as DailyWindow from "@effect-mqtt/roborock/DailyWindow"
import * as Effect from "effect/Effect"
import type { CommandError } from "../command/commandError.ts"
import { failure } from "./roborockFailure.ts"

/** `22:00` */
export const timeOf = (option: string, word: string): Effect.Effect<DailyWindow.TimeOfDay, CommandError> => {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(word) ?? []
  const time = { hour: Number(hour), minute: Number(minute) }
  return DailyWindow.toMinutes(time) === undefined
    ? failure("Usage", `${option} has to be a time such as 22:00`)
    : Effect.succeed(time)
}

export const timeText = ({ hour, minute }: DailyWindow.TimeOfDay): string =>
  `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

/** `mon,wed`, 0 is Sunday. */
export const daysOf = (option: string, words: string): Effect.Effect<ReadonlyArray<number>, CommandError> => {
  const found = words.split(",").map((word) => days.indexOf(word.trim().toLowerCase().slice(0, 3)))
  return found.includes(-1)
    ? failure("Usage", `${option} has to be days such as mon,wed`)
    : Effect.succeed([...new Set(found)])
}

/** `mon, wed 09:30` where the five fields say no more than that. */
export const cronText = (cron: string): string => {
  const [, minute, hour, weekdays = ""] = /^(\d{1,2}) (\d{1,2}) \* \* ([\d,]+|\*)$/.exec(cron) ?? []
  if (hour === undefined) return cron
  const named = weekdays === "*" ? "every day" : weekdays.split(",").map((day) => days[Number(day) % 7]).join(", ")
  return `${named} ${timeText({ hour: Number(hour), minute: Number(minute) })}`
}
