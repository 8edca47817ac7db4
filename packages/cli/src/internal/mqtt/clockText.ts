/** Dates and times in the words of `strftime`, in the time zone of this machine. */

const two = (value: number): string => String(value).padStart(2, "0")

const offset = (date: Date): string => {
  const minutes = -date.getTimezoneOffset()
  const size = Math.abs(minutes)
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`
}

const day = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
const time = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`

/** Clocks here tell milliseconds: the digits beyond are noughts. */
const nanoseconds = (date: Date): string => `${String(date.getMilliseconds()).padStart(3, "0")}000000`
const unixSeconds = (date: Date): string => String(Math.floor(date.getTime() / 1000))

const name = (options: Intl.DateTimeFormatOptions) => (date: Date): string => date.toLocaleString("en-US", options)

const specifiers: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getFullYear()),
  y: (date) => two(date.getFullYear() % 100),
  m: (date) => two(date.getMonth() + 1),
  d: (date) => two(date.getDate()),
  e: (date) => String(date.getDate()).padStart(2, " "),
  H: (date) => two(date.getHours()),
  I: (date) => two(date.getHours() % 12 === 0 ? 12 : date.getHours() % 12),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  p: (date) => date.getHours() < 12 ? "AM" : "PM",
  a: name({ weekday: "short" }),
  A: name({ weekday: "long" }),
  b: name({ month: "short" }),
  B: name({ month: "long" }),
  F: day,
  T: time,
  R: (date) => time(date).slice(0, 5),
  D: (date) => `${two(date.getMonth() + 1)}/${two(date.getDate())}/${two(date.getFullYear() % 100)}`,
  z: offset,
  s: unixSeconds,
  N: nanoseconds,
  n: () => "\n",
  t: () => "\t",
  "@": () => "@"
}

/** What `@X` stands for; nothing if it is not known. */
export const specifier = (letter: string): ((at: number) => string) | undefined => {
  const format = Object.hasOwn(specifiers, letter) ? specifiers[letter] : undefined
  return format === undefined ? undefined : (at) => format(new Date(at))
}

/** Such as `2016-08-10T09:47:38+0100`. */
export const iso = (at: number): string => {
  const date = new Date(at)
  return `${day(date)}T${time(date)}${offset(date)}`
}

/** Such as `2020-05-06T22:12:00.000000+0100`. */
export const isoMicros = (at: number): string => {
  const date = new Date(at)
  return `${day(date)}T${time(date)}.${nanoseconds(date).slice(0, 6)}${offset(date)}`
}

/** Such as `1470818943.786000000`. */
export const unix = (at: number): string => {
  const date = new Date(at)
  return `${unixSeconds(date)}.${nanoseconds(date)}`
}
