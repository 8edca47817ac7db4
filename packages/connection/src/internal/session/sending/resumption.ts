/**
 * What a resumed session publishes again, before anything new [5 §4.4]: as the window and the output have room for it. Its
 * memory is let go as soon as it is written.
 */
import type { PacketOutput } from "../output.ts"
import type { InFlight } from "./inFlight.ts"
import type { Entry } from "./publication.ts"
import type { SendWindow } from "./sendWindow.ts"

/** What waits is written in parts of this size, so that the server is at work on one while the next is encoded. */
export const burstBytes = 65_536

const nothing: ReadonlyArray<Entry> = []

export class Resumption {
  private owed = nothing
  private next = 0
  private readonly output: PacketOutput
  private readonly window: SendWindow
  private readonly inFlight: InFlight

  constructor(output: PacketOutput, window: SendWindow, inFlight: InFlight) {
    this.output = output
    this.window = window
    this.inFlight = inFlight
  }

  get isOver(): boolean {
    return this.owed.length === 0
  }

  begin(owed: ReadonlyArray<Entry>): void {
    this.owed = owed.length === 0 ? nothing : owed
    this.next = 0
  }

  /** The link is over; the next one begins anew. */
  stop(): void {
    this.begin(nothing)
  }

  goOn(now: number): void {
    if (this.isOver) return
    while (this.next < this.owed.length && this.window.hasPlace && this.output.bytes() < burstBytes) {
      const entry = this.owed[this.next]
      const isOwed = this.inFlight.isOwed(entry)
      if (isOwed && !entry.isStored) return
      this.next++
      if (isOwed) this.inFlight.publish(now, entry)
    }
    if (this.next === this.owed.length) this.stop()
  }
}
