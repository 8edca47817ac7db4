/** Beyond this, and an eighth of its own size, a view holds too much of a buffer that it does not need. */
const spareBytes = 128

/**
 * What is kept of bytes that came over the network: they may be a view that holds a whole read of the socket, of which
 * they were charged only their own length.
 */
export const owned = (bytes: Uint8Array): Uint8Array =>
  bytes.buffer.byteLength <= bytes.length + (bytes.length >> 3) + spareBytes ? bytes : copyOf(bytes)

/** The constructor, since `slice` of a Node `Buffer` is a view, too. */
export const copyOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)
