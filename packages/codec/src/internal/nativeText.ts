/**
 * The platform's own UTF-8. `Buffer` reads and writes strings at an offset in half the time that `TextDecoder` takes over
 * a view, and its methods accept any Uint8Array as `this`. Where it is missing, `TextDecoder` reads and a loop writes.
 */
export interface NativeText {
  /** Reads bytes as UTF-8; what is ill formed becomes U+FFFD, a byte order mark is kept. */
  readonly read: (bytes: Uint8Array, start: number, end: number) => string
  /** Reads bytes below 0x80, which take no decoding. */
  readonly readAscii: (bytes: Uint8Array, start: number, end: number) => string
  /** Writes a string at an offset and returns the number of bytes; half a surrogate pair becomes U+FFFD. */
  readonly write: ((bytes: Uint8Array, text: string, at: number) => number) | undefined
}

/** The globals looked at, typed by their shape: neither the DOM nor Node is in scope here. */
export interface Platform {
  readonly Buffer?: {
    readonly prototype?: {
      readonly utf8Slice?: (this: Uint8Array, start: number, end: number) => string
      readonly latin1Slice?: (this: Uint8Array, start: number, end: number) => string
      readonly utf8Write?: (this: Uint8Array, text: string, at: number, length: number) => number
    }
  }
  readonly TextDecoder: new(
    label: string,
    options: { readonly ignoreBOM: boolean }
  ) => { readonly decode: (bytes: Uint8Array) => string }
}

export const detect = (platform: Platform): NativeText => {
  const methods = platform.Buffer?.prototype
  const slice = methods?.utf8Slice
  const sliceAscii = methods?.latin1Slice
  const write = methods?.utf8Write
  if (typeof slice === "function" && typeof sliceAscii === "function" && typeof write === "function") {
    return {
      read: (bytes, start, end) => slice.call(bytes, start, end),
      readAscii: (bytes, start, end) => sliceAscii.call(bytes, start, end),
      write: (bytes, text, at) => write.call(bytes, text, at, bytes.length - at)
    }
  }
  const decoder = new platform.TextDecoder("utf-8", { ignoreBOM: true })
  const read: NativeText["read"] = (bytes, start, end) => decoder.decode(bytes.subarray(start, end))
  return { read, readAscii: read, write: undefined }
}

export const nativeText: NativeText = /*#__PURE__*/ detect(globalThis as unknown as Platform) // no lib types the global
