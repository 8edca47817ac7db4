import { Capabilities } from "../../src/index.ts"
import { Core } from "../../src/internal/core.ts"
import { resolve } from "../../src/internal/resolvedLimits.ts"

/** The synchronous core alone, in which everyone may do everything and the clock is the test's. */
export const makeCore = (limits: Parameters<typeof resolve>[0] = {}): Core =>
  new Core({
    limits: resolve(limits),
    capabilities: Capabilities.all,
    mechanism: () => undefined,
    startedAt: 0,
    authenticates: false,
    authorizes: false,
    newClientId: () => "assigned",
    onDeadline: () => {}
  })
