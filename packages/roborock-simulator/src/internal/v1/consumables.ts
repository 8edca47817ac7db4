/** Parts that wear while the robot cleans: seconds of life, and seconds used when its simulated life begins. */
const parts = {
  main_brush_work_time: { life: 1_080_000, used: 162_000 },
  side_brush_work_time: { life: 720_000, used: 162_000 },
  filter_work_time: { life: 540_000, used: 81_000 },
  sensor_dirty_time: { life: 108_000, used: 21_600 }
} as const

type Part = keyof typeof parts

/** Wear by the total seconds of cleaning. */
export interface Consumables {
  /** Seconds used, as `get_consumable` has them. */
  readonly used: (totalSeconds: number) => Readonly<Record<Part, number>>
  /** Percent left, as pushes have them. */
  readonly life: (
    totalSeconds: number
  ) => { readonly mainBrush: number; readonly sideBrush: number; readonly filter: number }
  /** Whether there is such a part; it is as new then. */
  readonly replace: (part: unknown, totalSeconds: number) => boolean
}

const isPart = (name: unknown): name is Part => typeof name === "string" && Object.hasOwn(parts, name)

export const makeConsumables = (): Consumables => {
  const replacedAt = new Map<Part, number>()
  const usedOf = (part: Part, totalSeconds: number): number => {
    const since = replacedAt.get(part)
    return since === undefined ? parts[part].used + totalSeconds : totalSeconds - since
  }
  const lifeOf = (part: Part, totalSeconds: number): number =>
    Math.max(0, Math.round(100 - 100 * usedOf(part, totalSeconds) / parts[part].life))
  return {
    used: (totalSeconds) => ({
      main_brush_work_time: usedOf("main_brush_work_time", totalSeconds),
      side_brush_work_time: usedOf("side_brush_work_time", totalSeconds),
      filter_work_time: usedOf("filter_work_time", totalSeconds),
      sensor_dirty_time: usedOf("sensor_dirty_time", totalSeconds)
    }),
    life: (totalSeconds) => ({
      mainBrush: lifeOf("main_brush_work_time", totalSeconds),
      sideBrush: lifeOf("side_brush_work_time", totalSeconds),
      filter: lifeOf("filter_work_time", totalSeconds)
    }),
    replace: (part, totalSeconds) => {
      if (!isPart(part)) return false
      replacedAt.set(part, totalSeconds)
      return true
    }
  }
}
