export * as NodeLocalNetwork from "./NodeLocalNetwork.ts"
export * as NodeRoborock from "./NodeRoborock.ts"
export * as PrivateFiles from "./PrivateFiles.ts"
