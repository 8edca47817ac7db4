/** The port mapper that Erlang nodes find each other by, as a program of its own: started by a node it would outlive it. */
import type { Scope } from "effect"
import { Effect } from "effect"
import { join } from "node:path"
import type { BrokerError } from "./process.ts"
import * as Process from "./process.ts"

/** Gives the environment for its nodes, which keep to loopback and have `home` for their cookie. */
export const make = (home: string): Effect.Effect<Readonly<Record<string, string>>, BrokerError, Scope.Scope> =>
  Effect.gen(function*() {
    const [port = 0] = yield* Process.freePorts(1)
    const env = { HOME: home, ERL_EPMD_ADDRESS: "127.0.0.1", ERL_EPMD_PORT: `${port}` }
    const program = yield* Process.start(Process.locate("epmd") ?? "", [], { env, logFile: join(home, "epmd.log") })
    yield* Process.ready("epmd", program, Process.listens(port))
    return env
  })

/** Flags of every node: distribution on loopback, and no scheduler that spins while it has nothing to do. */
export const flags: ReadonlyArray<string> = ["-kernel", "inet_dist_use_interface", "{127,0,0,1}", "+sbwt", "none"]
