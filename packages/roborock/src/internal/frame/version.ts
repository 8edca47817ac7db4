/** The known version tag at a place in the bytes. */
export const versionAt = (bytes: Uint8Array, offset: number): "1.0" | "A01" | "B01" | "L01" | undefined => {
  const a = bytes[offset]
  const b = bytes[offset + 1]
  const c = bytes[offset + 2]
  if (a === 0x31 && b === 0x2e && c === 0x30) return "1.0"
  if (b !== 0x30 || c !== 0x31) return undefined
  return a === 0x41 ? "A01" : a === 0x42 ? "B01" : a === 0x4c ? "L01" : undefined
}
