import { defineConfig, mergeConfig } from "vitest/config"
import config from "./vitest.config.ts"

/**
 * Properties that many mutants are run against: few cases, the same ones each time, and no search for the smallest. One
 * worker for all files, so that Effect is loaded once and not once a file.
 */
export default mergeConfig(
  config,
  defineConfig({
    root: import.meta.dirname,
    test: { isolate: false, poolOptions: { threads: { isolate: false } }, env: { MQTT_TEST_EFFORT: "0.1" }, setupFiles: ["test/support/repeatable.ts"] }
  })
)
