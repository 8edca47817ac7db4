import type { AccessControl } from "../../src/index.ts"
import { Capabilities } from "../../src/index.ts"
import { Core } from "../../src/internal/core.ts"
import { resolve } from "../../src/internal/resolvedLimits.ts"

/** The synchronous core alone, in which everyone may do everything and the clock is the test's. */
export const makeCore = (limits: Parameters<typeof resolve>[0] = {}, mechanism?: AccessControl.Mechanism): Core =>
  new Core({
    limits: resolve(limits),
    capabilities: Capabilities.all,
    mechanism: () => mechanism,
    startedAt: 0,
    authenticates: false,
    authorizes: false,
    newClientId: () => "assigned",
    onDeadline: () => {}
  })
