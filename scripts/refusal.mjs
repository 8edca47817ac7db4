/**
 * The sentence that refuses what a program does not take, or nothing. Numbers are written `--name=5`, flags `--name`; other
 * words are taken where `words` is true. A mistyped option would else be passed over, and the long run be another one.
 */
export const refusal = (args, { flags = [], numbers = [], words = false }) => {
  const known = [...numbers.map((name) => `--${name}=N`), ...flags.map((name) => `--${name}`)]
  const refused = args.find((arg) => {
    if (!arg.startsWith("--")) return !words
    const [, name, value] = /^--([^=]*)(?:=(.*))?$/.exec(arg)
    return value === undefined ? !flags.includes(name) : !(numbers.includes(name) && /^\d+(\.\d+)?$/.test(value))
  })
  if (refused === undefined) return undefined
  return `${refused} is not understood; ${
    known.length === 0 ? "there are no options" : `there are: ${known.join(", ")}`
  }`
}
