import { testData } from "../../../vitest.testData.ts"

interface Segment {
  readonly hex?: string
  readonly repeatHex?: string
  readonly count?: number
}

interface Row {
  readonly name: string
  readonly version: 4 | 5
  readonly direction: "client-to-server" | "server-to-client" | "either"
  readonly hex?: string
  readonly build?: ReadonlyArray<Segment>
  readonly error: { readonly receiverMust: boolean; readonly reasonCodes?: ReadonlyArray<number> }
}

const data = testData("mqtt/packets.json")
const { malformed }: { readonly malformed: ReadonlyArray<Row> } = data === undefined
  ? { malformed: [] }
  : JSON.parse(data.toString("utf8"))

/** What a server has to refuse; none where the data is not on this machine. */
export const rows: ReadonlyArray<Row> = malformed.filter(({ direction, error }) =>
  direction !== "server-to-client" && error.receiverMust
)

export const bytesOf = ({ build, hex }: Row): Uint8Array => {
  const whole = hex ??
    (build ?? []).map((segment) => segment.hex ?? (segment.repeatHex ?? "").repeat(segment.count ?? 0)).join("")
  return Uint8Array.from(whole.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** A CONNECT has to be the first packet to be refused as what it is. */
export const isConnect = (bytes: Uint8Array): boolean => ((bytes[0] ?? 0) >> 4) === 1
