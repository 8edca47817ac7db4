import type { Wire } from "@effect-mqtt/connection"
import { type Frame, LocalChannel, LocalFrame, type LocalNetwork } from "@effect-mqtt/roborock"
import { Effect, Either } from "effect"
import { localKey } from "./fakeRobot.ts"

export const host = "192.0.2.7"

/** What a device is told, and by what it answers. */
export interface Behaviour {
  readonly version: "1.0" | "L01" | "A01" | "B01"
  /** What it sends for each message; nothing means silence. */
  readonly answer?: (message: LocalFrame.Message, keys: Frame.Keys) => ReadonlyArray<Uint8Array>
  readonly code?: number
}

/**
 * A device on a network in memory: it answers hello in its version and pings, and everything else with `answer`. `seen`
 * are the messages it got.
 */
export const listen = (network: LocalNetwork.MemoryNetwork, behaviour: Behaviour) =>
  Effect.gen(function*() {
    const seen: Array<LocalFrame.Message> = []
    const wires: Array<Wire.Wire> = []
    const state = { answersPings: true }
    const serve = (wire: Wire.Wire): Effect.Effect<void> => {
      wires.push(wire)
      const decoder = LocalFrame.makeDecoder()
      let keys: Frame.Keys = { localKey }
      const take = (message: LocalFrame.Message): ReadonlyArray<Uint8Array> => {
        seen.push(message)
        if (message._tag === "Data") return behaviour.answer?.(message, keys) ?? []
        const { control } = message
        if (control.version !== behaviour.version) return []
        if (control.protocol === 0) {
          keys = { localKey, nonces: { connectNonce: control.random, ackNonce: 77 } }
          return [LocalFrame.encodeControl({ ...control, random: 77, protocol: 1 }, behaviour.code ?? 0)]
        }
        return state.answersPings ? [LocalFrame.encodeControl({ ...control, protocol: 3 })] : []
      }
      return wire.read.pipe(
        Effect.flatMap((bytes) => {
          const answers = decoder.push(bytes, keys).messages.flatMap(take)
          return answers.length === 0 ? Effect.void : wire.write(answers)
        }),
        Effect.forever,
        Effect.ignore
      )
    }
    yield* network.listen(host, LocalChannel.port, serve)
    return { seen, wires, state }
  })

/** A data frame as a device writes it. */
export const seal = (version: Behaviour["version"], payload: Uint8Array, nonces?: Frame.Keys["nonces"]) =>
  Either.getOrThrow(
    LocalFrame.encode({ version, seq: 5, random: 6, timestamp: 1_700_000_000, protocol: 4, payload }, {
      localKey,
      nonces
    })
  )
