import type { ViteUserConfig } from "vitest/config"

/** Tests run the sources of every workspace package, so that no build has to precede them. */
export const sharedConfig = (name: string): ViteUserConfig => ({
  resolve: { conditions: ["@effect-mqtt/source"] },
  ssr: { resolve: { conditions: ["@effect-mqtt/source"] } },
  // Far beyond what any test needs: a time-out tells a hang, not a busy machine.
  test: { name, include: ["test/**/*.test.ts"], testTimeout: 30_000, hookTimeout: 30_000 }
})
