/**
 * Copies of payloads, many in one piece of memory. Up to 64 bytes V8 keeps an array on its heap; a larger one has memory of
 * its own, and to make and to free that takes a third of the time of a QoS 1 publish.
 */
const onHeapBytes = 64
const firstBytes = 1024
const fullBytes = 8192
/** A copy beyond this leaves too much of a slab unused. */
const longest = fullBytes / 4

const nothing = new Uint8Array(0)

/** One for each client, whose messages leave in order: what is kept back keeps no memory of others with it. */
export class PayloadSlab {
  private bytes = nothing
  private used = 0

  copy(payload: Uint8Array): Uint8Array {
    const { length } = payload
    // Not `slice`: that of a Node `Buffer` is a view.
    if (length <= onHeapBytes || length > longest) return new Uint8Array(payload)
    if (this.used + length > this.bytes.length) this.renew(length)
    const copy = new Uint8Array(this.bytes.buffer, this.used, length)
    copy.set(payload)
    this.used += length
    return copy
  }

  private renew(length: number): void {
    const doubled = Math.min(Math.max(firstBytes, this.bytes.length * 2), fullBytes)
    this.bytes = new Uint8Array(Math.max(doubled, length))
    this.used = 0
  }
}
