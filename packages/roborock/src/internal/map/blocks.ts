/** One block of an "rr" file. `header` and `data` are views into the file. */
export interface Block {
  readonly type: number
  readonly offset: number
  readonly header: DataView
  readonly data: DataView
}

export interface BlockWalk {
  readonly blocks: ReadonlyMap<number, Block>
  /** Types that came more than once; the first one counts. */
  readonly repeated: ReadonlyArray<number>
  /** Why and where reading stopped before the end. */
  readonly stopped: { readonly reason: "Truncated" | "MalformedBlock"; readonly offset: number } | undefined
}

export const digestType = 1024

const minHeaderBytes = 8

/** Walks the blocks from `start`. It allocates nothing that the file announces, only views. */
export const walkBlocks = (file: Uint8Array, start: number): BlockWalk => {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  const blocks = new Map<number, Block>()
  const repeated: Array<number> = []
  let offset = start
  while (offset < file.length) {
    const stop = (reason: "Truncated" | "MalformedBlock"): BlockWalk => ({
      blocks,
      repeated,
      stopped: { reason, offset }
    })
    if (file.length - offset < minHeaderBytes) return stop("Truncated")
    const type = view.getUint16(offset, true)
    const headerBytes = view.getUint16(offset + 2, true)
    const dataBytes = view.getUint32(offset + 4, true)
    if (headerBytes < minHeaderBytes) return stop("MalformedBlock")
    if (headerBytes + dataBytes > file.length - offset) return stop("Truncated")
    if (blocks.has(type)) repeated.push(type)
    else {
      blocks.set(type, {
        type,
        offset,
        header: new DataView(file.buffer, file.byteOffset + offset, headerBytes),
        data: new DataView(file.buffer, file.byteOffset + offset + headerBytes, dataBytes)
      })
      // A file of many tiny blocks of ever new types would make many small objects.
      if (blocks.size > 256) return stop("MalformedBlock")
    }
    offset += headerBytes + dataBytes
  }
  return { blocks, repeated, stopped: undefined }
}
