export * as NodeSimulator from "./NodeSimulator.ts"
