/** Name resolution and connecting: TCP with every address of the host, and Unix sockets. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { LookupAddress } from "node:dns"
import * as Dns from "node:dns"
import * as Net from "node:net"
import type { Start } from "../../internal/timeLimit.ts"
import * as timeLimit from "../../internal/timeLimit.ts"
import type { TransportError } from "../../MqttError.ts"
import { establish, limitOf, openError } from "./opening.ts"

export interface Address {
  readonly host: string
  readonly port: number
}

export interface ConnectTimeouts {
  readonly resolve: Duration.DurationInput
  readonly connect: Duration.DurationInput
}

export const connect = (
  { host, port }: Address,
  timeouts: ConnectTimeouts
): Effect.Effect<Net.Socket, TransportError, Scope.Scope> =>
  Effect.flatMap(
    resolve(host, timeouts.resolve),
    (addresses) =>
      open(() =>
        Net.connect({
          host,
          port,
          noDelay: true,
          // The addresses are known. With `all`, Node tries one after the other, of both families.
          lookup: (_, options, done) =>
            options.all === true ? done(null, addresses) : done(null, addresses[0].address, addresses[0].family)
        }), timeouts)
  )

export const connectUnix = (
  path: string,
  timeouts: ConnectTimeouts
): Effect.Effect<Net.Socket, TransportError, Scope.Scope> => open(() => Net.connect({ path }), timeouts)

const open = (start: () => Net.Socket, timeouts: ConnectTimeouts) =>
  establish(start, "connect", openError, limitOf("connecting", timeouts.connect))

type Addresses = [LookupAddress, ...Array<LookupAddress>]

const resolve = (host: string, timeout: Duration.DurationInput): Effect.Effect<Addresses, TransportError> => {
  const family = Net.isIP(host)
  return family === 0
    ? timeLimit.async(limitOf("resolving the host name", timeout), lookup(host))
    : Effect.succeed([{ address: host, family }])
}

const lookup = (host: string): Start<Addresses, TransportError> => (resume) => {
  Dns.lookup(host, { all: true }, (cause, addresses) => {
    if (cause !== null) return resume(openError(cause))
    const [first, ...others] = addresses
    resume(first === undefined ? openError(new Error("the host has no address")) : Effect.succeed([first, ...others]))
  })
  return Effect.void
}
