import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { CloudTrouble, Fault, LocalTrouble, WebTrouble } from "../../Fault.ts"

/** What goes wrong now. Asking for a trouble is what uses one up. */
export interface Faults {
  readonly inject: (fault: Fault) => Effect.Effect<void, never, Scope.Scope>
  readonly web: (path: string) => WebTrouble | undefined
  readonly cloud: (device: string) => CloudTrouble | undefined
  readonly local: (device: string) => LocalTrouble | undefined
  readonly isUnheard: (device: string) => boolean
}

/** No faults yet. Of several that fit, the oldest happens. */
export const makeFaults = (): Faults => {
  const active = new Set<{ readonly fault: Fault; left: number }>()

  const take = <T>(troubleOf: (fault: Fault) => T | undefined): T | undefined => {
    for (const entry of active) {
      const trouble = entry.left > 0 ? troubleOf(entry.fault) : undefined
      if (trouble === undefined) continue
      entry.left--
      return trouble
    }
    return undefined
  }
  const isAbout = (device: string, wanted: string | undefined): boolean => wanted === undefined || wanted === device

  return {
    inject: (fault) =>
      Effect.asVoid(
        Effect.acquireRelease(
          Effect.sync(() => {
            const entry = { fault, left: fault.times ?? Infinity }
            active.add(entry)
            return entry
          }),
          (entry) => Effect.sync(() => active.delete(entry))
        )
      ),
    web: (path) =>
      take((fault) => fault.channel === "web" && path.startsWith(fault.path ?? "") ? fault.trouble : undefined),
    cloud: (device) =>
      take((fault) => fault.channel === "cloud" && isAbout(device, fault.device) ? fault.trouble : undefined),
    local: (device) =>
      take((fault) => fault.channel === "local" && isAbout(device, fault.device) ? fault.trouble : undefined),
    isUnheard: (device) =>
      take((fault) => fault.channel === "discovery" && isAbout(device, fault.device) ? fault.trouble : undefined)
        !== undefined
  }
}
