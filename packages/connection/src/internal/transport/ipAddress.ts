/** The bytes of an IP address written as text, or `undefined` for a name. */
export const parse = (host: string): Uint8Array | undefined => host.includes(":") ? parseV6(host) : parseV4(host)

const parseV4 = (host: string): Uint8Array | undefined => {
  const parts = host.split(".")
  const valid = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)
  return valid ? Uint8Array.from(parts, Number) : undefined
}

const parseV6 = (host: string): Uint8Array | undefined => {
  const [head = "", tail] = host.split("::")
  const front = groups(head)
  const back = groups(tail ?? "")
  const missing = 8 - front.length - back.length
  if (missing < 0 || (tail === undefined && missing > 0)) return undefined
  const all = [...front, ...Array.from({ length: missing }, () => 0), ...back]
  return all.every((group) => group <= 0xffff)
    ? Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]))
    : undefined
}

const groups = (text: string): ReadonlyArray<number> =>
  text === "" ? [] : text.split(":").map((group) => /^[0-9a-f]{1,4}$/i.test(group) ? parseInt(group, 16) : Infinity)
