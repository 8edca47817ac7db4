/** What B01 devices say where they do not know themselves. */
const unknownCode = -1

/** The name of a code, `unknown_N` for one that is not known. */
export const nameOf = (code: number | undefined, names: ReadonlyMap<number, string>): string =>
  code === undefined || code === unknownCode ? "unknown" : names.get(code) ?? `unknown_${code}`

/** What a code of an error means; 0 and notices are none. */
export const problemOf = (
  code: number | undefined,
  names: ReadonlyMap<number, string>,
  isNotice: (code: number) => boolean = () => false
): { readonly code: number; readonly name: string; readonly text: string } | undefined => {
  if (code === undefined || code === 0 || isNotice(code)) return undefined
  const name = nameOf(code, names)
  const words = name.replaceAll("_", " ")
  return { code, name, text: words.charAt(0).toUpperCase() + words.slice(1) }
}
