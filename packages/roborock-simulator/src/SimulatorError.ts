/**
 * What can go wrong for a program that runs the simulator.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"

/**
 * The simulator could not do what it was told.
 *
 * - `Listen`: a port could not be opened; the system's error is in `cause`
 * - `ExternalBroker`: the broker is another program, so it cannot be stopped or started from here
 * - `RobotOffline`: a robot did not get to the broker in time; its last error is in `cause`
 *
 * @since 0.1.0
 * @category errors
 */
export class SimulatorError extends Data.TaggedError("SimulatorError")<{
  readonly reason: "Listen" | "ExternalBroker" | "RobotOffline"
  readonly cause?: unknown
}> {
  override get message(): string {
    return `Roborock simulator: ${sentences[this.reason]}`
  }
}

const sentences: Record<SimulatorError["reason"], string> = {
  Listen: "a port cannot be opened",
  ExternalBroker: "the broker is another program and cannot be stopped or started from here",
  RobotOffline: "a robot cannot connect to the broker"
}
