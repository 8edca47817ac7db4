export * as NodeRoborock from "./NodeRoborock.ts"
