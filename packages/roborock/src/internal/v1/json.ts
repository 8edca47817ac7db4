import * as Either from "effect/Either"

/** Parses JSON text or its UTF-8 bytes; the syntax error is the left side. */
export const parseJson = (source: string | Uint8Array): Either.Either<unknown, unknown> => {
  try {
    return Either.right(JSON.parse(typeof source === "string" ? source : new TextDecoder().decode(source)))
  } catch (cause) {
    return Either.left(cause)
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Numbers that are too large for one are infinite in what JSON reads. */
export const numberField = (record: Readonly<Record<string, unknown>>, name: string): number | undefined => {
  const value = record[name]
  return typeof value === "number" && Number.isFinite(value) ? value : undefined
}
