import { join } from "node:path"
import { defineConfig } from "vitest/config"
import projects from "./vitest.workspace.ts"

/**
 * A folder for machine-readable results. When it is named, the run also measures coverage, so that a pipeline needs
 * one run for tests and floor.
 */
const reports = process.env["MQTT_TEST_REPORTS"]

export default defineConfig({
  test: {
    projects,
    ...(reports === undefined
      ? {}
      : { reporters: ["default", ["json", { outputFile: join(reports, `vitest-${process.pid}.json`) }]] }),
    coverage: {
      enabled: reports !== undefined,
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      // Files without code of their own: barrels.
      exclude: ["packages/*/src/index.ts", "packages/*/src/node/index.ts"],
      reporter: ["text-summary", "json-summary"],
      reportsDirectory: "coverage",
      thresholds: { branches: 85, functions: 90, lines: 90, statements: 90 }
    }
  }
})
