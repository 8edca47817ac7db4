import { defineConfig, mergeConfig } from "vitest/config"
import { sharedConfig } from "../../vitest.shared.ts"

// One process, whose files share what they import: that is two thirds of the time, and no test leaves anything behind.
const pool = { forks: { singleFork: true, isolate: false } }

export default defineConfig(mergeConfig(sharedConfig("broker"), { test: { poolOptions: pool } }))
