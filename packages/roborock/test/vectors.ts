import { testData } from "../../../vitest.testData.ts"

/** One case of a shared vector file; the shape of `inputs` and `expected` is the file's own. */
export interface VectorCase<I, E> {
  readonly name: string
  readonly inputs: I
  readonly expected?: E
  readonly expectedError?: { readonly kind: string; readonly id?: number; readonly code?: number }
}

/** The cases of `roborock/vectors/<name>.json`, or `undefined` where the shared data is absent. */
export const vectorCases = <I, E>(name: string): ReadonlyArray<VectorCase<I, E>> | undefined => {
  const data = testData(`roborock/vectors/${name}.json`)
  if (data === undefined) return undefined
  const file = JSON.parse(data.toString("utf8")) as { cases: ReadonlyArray<VectorCase<I, E>> } // our own test data
  return file.cases
}

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"))

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

export const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf8"))

/** A small generator of repeatable pseudo-random numbers in [0, 1) for damage tests. */
export const makeRandom = (seed: number): () => number => {
  let state = seed >>> 0
  return () => {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0
    return state / 0x1_0000_0000
  }
}
