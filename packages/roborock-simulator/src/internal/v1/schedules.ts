import { invalidParams, isList, type Methods, ok } from "./answers.ts"

const maxSchedules = 32

/** The schedules of a robot, which keeps them and does not follow them; the cloud has none for it. */
export const makeSchedules = (): Methods => {
  const schedules = new Map<string, { readonly state: string; readonly plan: unknown }>()
  return [
    ["get_server_timer", () => ({ result: [] })],
    ["get_timer", () => ({ result: [...schedules].map(([id, { plan, state }]) => [id, state, plan]) })],
    ["set_timer", (params) => {
      const [entry] = isList(params) ? params : []
      const [id, plan] = isList(entry) ? entry : []
      if (typeof id !== "string" || !isList(plan) || schedules.size >= maxSchedules) return invalidParams
      schedules.set(id, { state: "on", plan })
      return ok
    }],
    ["upd_timer", (params) => {
      const [id, state] = isList(params) ? params : []
      const known = typeof id === "string" ? schedules.get(id) : undefined
      if (typeof id !== "string" || known === undefined || state !== "on" && state !== "off") return invalidParams
      schedules.set(id, { ...known, state })
      return ok
    }],
    ["del_timer", (params) => {
      const [id] = isList(params) ? params : []
      return typeof id === "string" && schedules.delete(id) ? ok : invalidParams
    }]
  ]
}
