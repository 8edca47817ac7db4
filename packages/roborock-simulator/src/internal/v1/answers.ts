export type Params = ReadonlyArray<unknown> | Readonly<Record<string, unknown>>

export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } }

export type Method = (params: Params, nowMillis: number) => Answer

/** Methods by name. */
export type Methods = ReadonlyArray<readonly [name: string, method: Method]>

export const ok: Answer = { result: ["ok"] }
export const invalidStatus: Answer = { error: { code: -10_007, message: "invalid status" } }
export const invalidParams: Answer = { error: { code: -10_001, message: "invalid params" } }

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const isList: (value: unknown) => value is ReadonlyArray<unknown> = Array.isArray

export const isNumbers = (values: unknown): values is ReadonlyArray<number> =>
  Array.isArray(values) && values.every((value) => Number.isInteger(value))

/** The methods take `[value]`, and some clients send `{ name: value }`. */
export const single = (params: Params, name: string): unknown => isRecord(params) ? params[name] : params[0]
