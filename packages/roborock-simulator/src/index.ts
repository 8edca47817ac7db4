export * as FloorPlan from "./FloorPlan.ts"
export * as Robot from "./Robot.ts"
