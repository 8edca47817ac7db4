import type { RobotState } from "../../Robot.ts"

/** Data point 121 of B01 robots: what it does. */
export const stateCodeB01 = ({ activity }: RobotState): number => {
  switch (activity) {
    case "Charging":
      return 8
    case "Idle":
      return 3
    case "Cleaning":
      return 5
    case "Paused":
      return 10
    case "Returning":
      return 6
    case "Driving":
      return 105
    case "Error":
      return 12
  }
}
