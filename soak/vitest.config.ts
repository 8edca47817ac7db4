import { mergeConfig } from "vitest/config"
import { sharedConfig } from "../vitest.shared.ts"

// Its tests start programs and kill them: the short form of what takes minutes.
export default mergeConfig(sharedConfig("soak"), { test: { testTimeout: 120_000 } })
