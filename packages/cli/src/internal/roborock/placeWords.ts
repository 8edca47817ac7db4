/** Places on the map, as people write them: millimetres, as `roborock map --json` has them, or metres such as `25.5m`. */
import type { Box, Point } from "@effect-mqtt/roborock/FloorMap"
import * as Effect from "effect/Effect"
import type { CommandError } from "../command/commandError.ts"
import { failure } from "./roborockFailure.ts"

const millimetresOf = (word: string): number | undefined => {
  const [, number, unit] = /^\s*(-?\d+(?:\.\d+)?)\s*(mm|m)?\s*$/.exec(word) ?? []
  return number === undefined ? undefined : Math.round(Number(number) * (unit === "m" ? 1000 : 1))
}

const lengthsOf = (words: string): ReadonlyArray<number> | undefined => {
  const lengths = words.split(",").map(millimetresOf)
  return lengths.every((length) => length !== undefined) ? lengths : undefined
}

/** `X,Y`; `undefined` for anything else. */
export const pointOf = (words: string): Point | undefined => {
  const [x, y, ...others] = lengthsOf(words) ?? []
  return x === undefined || y === undefined || others.length > 0 ? undefined : { x, y }
}

/** `X0,Y0,X1,Y1`: any two corners that lie opposite to each other. */
export const boxOf = (option: string, words: string): Effect.Effect<Box, CommandError> => {
  const [x0, y0, x1, y1, ...others] = lengthsOf(words) ?? []
  if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined || others.length > 0) {
    return failure("Usage", `${option} has to be two corners such as 25000,25500,27000,28000 or 25m,25.5m,27m,28m`)
  }
  return x0 === x1 || y0 === y1
    ? failure("Usage", `${option} ${words} has no area`, "Name two corners that lie opposite to each other.")
    : Effect.succeed({
      x0: Math.min(x0, x1),
      y0: Math.min(y0, y1),
      x1: Math.max(x0, x1),
      y1: Math.max(y0, y1)
    })
}

export const boxText = ({ x0, x1, y0, y1 }: Box): string =>
  `${((x1 - x0) / 1000).toFixed(1)} × ${((y1 - y0) / 1000).toFixed(1)} m`
