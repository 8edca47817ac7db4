import { join } from "node:path"
import { defineConfig, mergeConfig } from "vitest/config"
import { sharedConfig } from "../vitest.shared.ts"

/** As in the configuration of all other tests: a folder for machine-readable results. */
const reports = process.env["MQTT_TEST_REPORTS"]

export default defineConfig(mergeConfig(sharedConfig("interop"), {
  test: {
    root: import.meta.dirname,
    // Brokers take long to start and then leave the processor alone: all of them at the same time.
    maxWorkers: 4,
    minWorkers: 4,
    testTimeout: 60_000,
    hookTimeout: 150_000,
    ...(reports === undefined
      ? {}
      : { reporters: ["default", ["json", { outputFile: join(reports, `vitest-interop-${process.pid}.json`) }]] })
  }
}))
