import type { Packet } from "../../Packet.ts"
import { malformed } from "../refusal.ts"
import { readConnAck } from "./connAck.ts"
import { readConnect } from "./connect.ts"
import { readAuth, readDisconnect } from "./disconnect.ts"
import { isPublish } from "./header.ts"
import { readPublish } from "./publish.ts"
import { readPublishAck } from "./publishAck.ts"
import { expectEnd, type Reader } from "./reader.ts"
import { readSubscribe, readUnsubscribe } from "./subscribe.ts"
import { readSubAck, readUnsubAck } from "./subscribeAck.ts"

/** Reads what stands behind the fixed header. `pinned` holds a CONNECT to the version of the reader. */
export type ReadBody = (reader: Reader, pinned: boolean) => Packet

/** What servers send, and PINGREQ, which is read like its answer. */
export const readOfServer: ReadBody = (reader) => {
  if (isPublish(reader.first)) return readPublish(reader)
  const { type } = reader
  switch (type) {
    case "PubAck":
    case "PubRec":
    case "PubRel":
    case "PubComp":
      return readPublishAck(reader, type)
    case "PingReq":
    case "PingResp":
      expectEnd(reader)
      return { _tag: type }
    case "ConnAck":
      return readConnAck(reader)
    case "SubAck":
      return readSubAck(reader)
    case "UnsubAck":
      return readUnsubAck(reader)
    case "Disconnect":
      return readDisconnect(reader)
    case "Auth":
      return readAuth(reader)
    default:
      throw malformed(reader, "a packet without a type", "2.1.2", "2.2.1")
  }
}

export const readAny: ReadBody = (reader, pinned) => {
  switch (reader.type) {
    case "Connect":
      return readConnect(reader, pinned)
    case "Subscribe":
      return readSubscribe(reader)
    case "Unsubscribe":
      return readUnsubscribe(reader)
    default:
      return readOfServer(reader, pinned)
  }
}
