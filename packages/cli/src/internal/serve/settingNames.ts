/** The settings that the page knows, by kind. */

/** On or off. */
export const switchNames = [
  "childLock",
  "led",
  "flowLed",
  "collisionAvoidance",
  "floorDirection",
  "carpetBoost",
  "autoEmptying",
  "smartWashing",
  "doNotDisturbSwitch"
] as const

/** One of several values. */
export const choiceNames = ["repeat", "carpet", "emptying", "washing", "drying"] as const

/** A part of each day. */
export const hoursNames = ["doNotDisturb", "offPeakCharging"] as const

export type SwitchName = (typeof switchNames)[number]
export type ChoiceName = (typeof choiceNames)[number]
export type HoursName = (typeof hoursNames)[number]
