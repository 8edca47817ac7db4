export * as NodeLocalNetwork from "./NodeLocalNetwork.ts"
export * as NodeRoborock from "./NodeRoborock.ts"
