export default ["packages/*/vitest.config.ts", "examples/vitest.config.ts", "soak/vitest.config.ts"]
