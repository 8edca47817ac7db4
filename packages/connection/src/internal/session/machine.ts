/** A session as its program sees it: the commands, and which area of the protocol or of its link each of them is for. */
import type { Packet } from "@effect-mqtt/codec"
import type { AuthError, StoreError } from "../../MqttError.ts"
import { ConnectError, PublishError } from "../../MqttError.ts"
import type { Change } from "../store/storedSession.ts"
import type { Bounds, Options, Owner, Pending, Restored, Session } from "./contract.ts"
import type { MakeDurable } from "./durable.ts"
import * as durables from "./durable.ts"
import * as farewell from "./linking/farewell.ts"
import type { SettleAuthentication } from "./linking/handshake.ts"
import { unspecifiedError } from "./linking/handshake.ts"
import type { SettlePing } from "./linking/pings.ts"
import type { SettleOperation } from "./operations.ts"
import { ProtocolAreas } from "./protocolAreas.ts"
import type { Outgoing, Publication, SettlePublish } from "./sending/publication.ts"
import { SessionLink } from "./sessionLink.ts"
import type { Traffic } from "./traffic.ts"

export const make = (options: Options): Session =>
  makeFor(options, options, options.records === undefined ? undefined : durables.of(options.records))

/** For whoever has the bounds among its settings and is the owner itself: one object with both takes half a kilobyte. */
export const makeFor = (bounds: Bounds, owner: Owner, makeDurable: MakeDurable | undefined): Session =>
  new Machine(bounds, owner, makeDurable)

/** A class, as its areas are: a closure for each thing that a session can do took a third of the memory of a client. */
class Machine implements Session {
  readonly #areas: ProtocolAreas
  readonly #link: SessionLink
  #broken: ConnectError | undefined = undefined

  constructor(bounds: Bounds, owner: Owner, makeDurable: MakeDurable | undefined) {
    this.#areas = new ProtocolAreas(bounds, owner, makeDurable)
    this.#link = new SessionLink(bounds, owner, this.#areas)
  }

  open(now: number, packet: Packet.Connect, due = Infinity): void {
    this.#areas.now = now
    this.#link.open(packet, due)
  }

  receive(now: number, bytes: Uint8Array): void {
    this.#areas.now = now
    this.#link.receive(bytes)
  }

  tick(now: number): void {
    this.#areas.now = now
    this.#link.tick()
  }

  lost(now: number = this.#areas.now): void {
    this.#areas.now = now
    this.#link.over("Closed")
  }

  restored(): Restored | undefined {
    return this.#areas.durable?.restored
  }

  isResumable(now: number): boolean {
    return this.#areas.durable?.marker.isResumable(now) ?? this.#areas.hasState
  }

  takeChanges(): ReadonlyArray<Change> {
    return this.#areas.durable?.persistence.take() ?? []
  }

  committed(now: number): void {
    this.#areas.now = now
    this.#areas.durable?.persistence.committed(now)
    this.#areas.operations.flush(now)
  }

  commitFailed(now: number, cause: StoreError): void {
    this.#areas.now = now
    if (this.#areas.durable?.persistence.failed(now, cause) !== false) return this.#areas.operations.flush(now)
    this.#broken = new ConnectError({ reason: "StoreError", retryable: false, cause })
    this.#link.end(this.#broken, unspecifiedError)
  }

  broken(): ConnectError | undefined {
    return this.#broken
  }

  deadline(): number {
    return this.#link.deadline()
  }

  takeOutput(): ReadonlyArray<Uint8Array> {
    this.#areas.keepAlive.taken()
    this.#areas.traffic.bytesSent += this.#areas.output.bytes()
    return this.#areas.output.take()
  }

  traffic(): Readonly<Traffic> {
    return this.#areas.traffic
  }

  flushed(now: number, isDrained = false): void {
    this.#areas.now = now
    this.#areas.keepAlive.flushed(now)
    if (isDrained) this.#areas.output.release()
    this.#areas.outbound.flush(now)
  }

  outputBytes(): number {
    return this.#areas.output.bytes()
  }

  ended(): AuthError | ConnectError | undefined {
    return this.#link.ended
  }

  wasBusy(): boolean {
    return this.#link.wasBusy
  }

  isReady(): boolean {
    return this.#link.isReady()
  }

  hasState(): boolean {
    return this.#areas.hasState
  }

  mustStartClean(): boolean {
    return this.#link.handshake.mustStartClean
  }

  publish(now: number, message: Outgoing, settle: SettlePublish): Publication {
    this.#areas.now = now
    return this.#areas.outbound.publish(now, message, settle)
  }

  subscribe(now: number, packet: Omit<Packet.Subscribe, "packetId">, settle: SettleOperation): void {
    this.#start(now, packet, settle)
  }

  unsubscribe(now: number, packet: Omit<Packet.Unsubscribe, "packetId">, settle: SettleOperation): void {
    this.#start(now, packet, settle)
  }

  authenticate(now: number, data: Uint8Array | undefined): void {
    this.#areas.now = now
    this.#link.handshake.authenticate(data)
  }

  refuse(now: number, error: AuthError | ConnectError): void {
    this.#areas.now = now
    if (this.#link.handshake.phase() !== "Closed") this.#link.end(error, unspecifiedError)
  }

  reauthenticate(now: number, data: Uint8Array | undefined, settle: SettleAuthentication): boolean {
    this.#areas.now = now
    return this.#link.handshake.reauthenticate(now, data, settle)
  }

  ping(now: number, settle: SettlePing): void {
    this.#areas.now = now
    if (!this.isReady()) return settle(undefined)
    this.#areas.pings.add(now, settle)
    if (!this.#areas.keepAlive.isOutstanding) this.#link.writePing()
  }

  accept(delivery: Pending, reasonCode = 0): boolean {
    return this.#areas.inbound.accept(this.#areas.now, delivery, reasonCode)
  }

  readingPaused(now: number, isPaused: boolean): void {
    this.#link.readingPaused(now, isPaused)
  }

  disconnect(reasonCode: number, properties?: Packet.Disconnect["properties"]): void {
    if (this.isReady()) farewell.write(this.#areas.output, this.#link.handshake.connect, reasonCode, properties)
    this.#link.ended ??= new ConnectError({ reason: "Closed", retryable: false })
    this.#link.over("Ended")
  }

  dispose(cause: AuthError | ConnectError): void {
    this.#link.over("Closed")
    this.#areas.outbound.failAll((topic) => new PublishError({ reason: "Closed", topic, cause }))
  }

  inFlight(): number {
    return this.#areas.outbound.inFlight()
  }

  queued(): number {
    return this.#areas.outbound.queued()
  }

  isIdle(): boolean {
    return this.#areas.outbound.isIdle() && this.#areas.operations.isIdle()
  }

  awaitsAnswer(): boolean {
    return this.#link.handshake.phase() === "Handshaking" || this.#areas.outbound.inFlight() > 0 ||
      !this.#areas.operations.isIdle() ||
      this.#areas.pings.isAwaited || this.#link.handshake.isAwaited
  }

  mustPause(): boolean {
    return this.#areas.inbound.isFull()
  }

  mustStop(): boolean {
    return this.#link.handshake.phase() === "Judging" || this.#areas.inbound.isOverfull()
  }

  leaveRest(): void {
    this.#link.leaveRest()
  }

  blockedBy(): Pending | undefined {
    return this.#areas.inbound.blockedBy()
  }

  #start(
    now: number,
    packet: Omit<Packet.Subscribe, "packetId"> | Omit<Packet.Unsubscribe, "packetId">,
    settle: SettleOperation
  ): void {
    this.#areas.now = now
    if (this.isReady()) this.#areas.operations.start(now, packet, settle)
    else settle({ _tag: "LinkLost" })
  }
}
