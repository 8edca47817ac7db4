/** Input goes in by small slices: one slice inflates to at most about a thousand times its size before we can stop. */
const sliceBytes = 2048

/** What the streaming inflaters of fflate have in common. */
interface Inflater {
  readonly push: (chunk: Uint8Array, final: boolean) => void
}

/** Runs an inflater; `undefined` as soon as the result would exceed `maxBytes`. Throws on damaged data. */
export const inflateBounded = (
  make: (emit: (chunk: Uint8Array) => void) => Inflater,
  data: Uint8Array,
  maxBytes: number
): Uint8Array | undefined => {
  const chunks: Array<Uint8Array> = []
  let total = 0
  const stream = make((chunk) => {
    total += chunk.length
    if (total <= maxBytes) chunks.push(chunk)
  })
  for (let offset = 0; offset < data.length && total <= maxBytes; offset += sliceBytes) {
    stream.push(data.subarray(offset, offset + sliceBytes), offset + sliceBytes >= data.length)
  }
  if (total > maxBytes) return undefined
  const result = new Uint8Array(total)
  let at = 0
  for (const chunk of chunks) {
    result.set(chunk, at)
    at += chunk.length
  }
  return result
}
