import type { Mode } from "../../CleaningModes.ts"
import type { Change, Choices, Current } from "../../ModesTrait.ts"
import * as Q10Codes from "../../Q10Codes.ts"
import type { Message } from "../../Q10DataPoints.ts"
import { codeOf, type Fields } from "../device/dialectContext.ts"
import { nameOf } from "../device/problem.ts"
import { numberField } from "../v1/json.ts"

const fanPoint = 123
const waterPoint = 124
const modePoint = 137
const routePoint = 78

const modes: ReadonlyMap<Mode, number> = new Map([["vac_and_mop", 1], ["vacuum", 2], ["mop", 3], ["custom", 4]])

const names = (table: ReadonlyMap<number, string>): ReadonlyArray<string> =>
  [...table].filter(([code]) => code >= 0).map(([, name]) => name)

export const choices: Choices = {
  fan: names(Q10Codes.fanLevelNames),
  water: names(Q10Codes.waterLevelNames),
  route: names(Q10Codes.cleanLineNames),
  modes: [...modes.keys()]
}

export const current = (fields: Fields): Current => {
  const mode = numberField(fields, "dpCleanMode")
  const route = numberField(fields, "dpCleanLine")
  return {
    fan: nameOf(numberField(fields, "dpFanLevel"), Q10Codes.fanLevelNames),
    water: nameOf(numberField(fields, "dpWaterLevel"), Q10Codes.waterLevelNames),
    route: route === undefined ? undefined : nameOf(route, Q10Codes.cleanLineNames),
    mode: [...modes].find(([, code]) => code === mode)?.[0]
  }
}

/** The points of what is to change; `undefined` for a name that is not among the choices. */
const pointOf = (
  point: number,
  name: string | undefined,
  table: ReadonlyMap<number, string>
): ReadonlyArray<readonly [number, number]> | undefined => {
  if (name === undefined) return []
  const code = codeOf(name, table)
  return code === undefined || code < 0 ? undefined : [[point, code]]
}

/** Suction and water are told at the top, the route among the settings; `undefined` for what cannot be told. */
export const messageOf = ({ fan, route, water }: Change): Message | undefined => {
  const fanPoints = pointOf(fanPoint, fan, Q10Codes.fanLevelNames)
  const waterPoints = pointOf(waterPoint, water, Q10Codes.waterLevelNames)
  const common = pointOf(routePoint, route, Q10Codes.cleanLineNames)
  if (fanPoints === undefined || waterPoints === undefined || common === undefined) return undefined
  const top = [...fanPoints, ...waterPoints]
  if (top.length + common.length === 0) return undefined
  return { top, common: common.length === 0 ? undefined : common }
}

export const messageOfMode = (mode: Mode): Message | undefined => {
  const code = modes.get(mode)
  return code === undefined ? undefined : { top: [[modePoint, code]] }
}
