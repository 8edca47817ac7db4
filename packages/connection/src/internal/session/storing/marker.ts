/**
 * The marker of a durable session [5 §4.1]: without it a restarted program could not tell "no
 * session" from "a session in which nothing is pending".
 */
import type { Packet } from "@effect-mqtt/codec"
import type { Negotiated } from "../../../Negotiated.ts"
import type { PacketIds } from "../identifiers/packetIds.ts"
import type { Persistence } from "./persistence.ts"
import * as records from "./records.ts"

export interface SessionMarker {
  /** Whether the server may still hold the session that an earlier process had. */
  readonly isResumable: (now: number) => boolean
  /**
   * Goes on when CONNECT may be written. One that asks for a new session waits: a restarted program
   * must not take what the server makes of it for the session that it remembers.
   */
  readonly connecting: (now: number, connect: Packet.Connect, then: (now: number) => void) => void
  readonly connected: (now: number, negotiated: Negotiated) => void
  readonly disconnected: (now: number) => void
}

/** How much longer the session may last, as the clocks of both sides differ and the server may be late. */
const slack = 1.1

/** Until when a server may hold the session of a link that ended. */
export const mayLastUntil = (endedAt: number, sessionExpiry: number): number => endedAt + sessionExpiry * 1000 * slack

export const make = (
  persistence: Persistence,
  ids: PacketIds,
  restored: records.Marker | undefined
): SessionMarker => {
  let marker = restored
  ids.startBehind(restored?.lastPacketId ?? 0)

  const put = (now: number, next: records.Marker, then?: (now: number) => void) => {
    marker = next
    persistence.append(now, [records.putMarker(next)], then)
  }

  return {
    isResumable: (now) => {
      if (marker === undefined || !marker.isConfirmed || marker.sessionExpiry === 0) return false
      const { disconnectedAt, protocolVersion, sessionExpiry } = marker
      if (protocolVersion === 4 || disconnectedAt === undefined) return true
      return now <= mayLastUntil(disconnectedAt, sessionExpiry)
    },
    connecting: (now, { cleanStart, protocolVersion }, then) => {
      if (marker === undefined || (cleanStart && marker.isConfirmed)) {
        const none = { isConfirmed: false, sessionExpiry: 0, disconnectedAt: undefined }
        put(now, { protocolVersion, ...none, lastPacketId: ids.cursor() }, then)
      } else persistence.append(now, [], then)
    },
    connected: (now, { protocolVersion, sessionExpiry }) =>
      put(now, {
        protocolVersion,
        isConfirmed: true,
        sessionExpiry,
        disconnectedAt: undefined,
        lastPacketId: ids.cursor()
      }),
    disconnected: (now) => {
      if (marker?.isConfirmed === true && marker.disconnectedAt === undefined) {
        put(now, { ...marker, disconnectedAt: now, lastPacketId: ids.cursor() })
      }
    }
  }
}
