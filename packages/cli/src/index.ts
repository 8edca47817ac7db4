/**
 * The demo: a simulated home, two rooms cleaned, and a picture of the map.
 *
 * @since 0.1.0
 */
export * as Demo from "./Demo.ts"

/**
 * The `mqtt` command.
 *
 * @since 0.1.0
 */
export * as Mqtt from "./Mqtt.ts"

/**
 * The `roborock` command.
 *
 * @since 0.1.0
 */
export * as Roborock from "./Roborock.ts"

/**
 * What the `roborock` command writes with `--json` of accounts and their devices, and of the servers that it runs.
 *
 * @since 0.1.0
 */
export * as RoborockAccountOutput from "./RoborockAccountOutput.ts"

/**
 * What the `roborock` command writes with `--json` of maps, rooms and floors.
 *
 * @since 0.1.0
 */
export * as RoborockMapOutput from "./RoborockMapOutput.ts"

/**
 * What the `roborock` command writes with `--json` of a device.
 *
 * @since 0.1.0
 */
export * as RoborockOutput from "./RoborockOutput.ts"

/**
 * What the `roborock` command writes with `--json` of routines and schedules.
 *
 * @since 0.1.0
 */
export * as RoborockPlanOutput from "./RoborockPlanOutput.ts"

/**
 * The web page of `roborock serve`.
 *
 * @since 0.1.0
 */
export * as Serve from "./Serve.ts"

/**
 * Standard input, output and error as bytes and lines.
 *
 * @since 0.1.0
 */
export * as StandardStreams from "./StandardStreams.ts"
