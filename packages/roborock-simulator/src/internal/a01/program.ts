/** What a machine is in for a while: its state code, and how long in seconds. */
export type Stage = readonly [state: number, seconds: number]

/** Stages one after the other, as the time passes. */
export const makeProgram = () => {
  let stages: Array<{ readonly state: number; left: number }> = []
  let isPaused = false
  return {
    /** `undefined` when nothing runs. */
    state: () => stages[0]?.state,
    isPaused: () => isPaused,
    secondsLeft: () => stages.reduce((sum, { left }) => sum + left, 0),
    begin: (planned: ReadonlyArray<Stage>): void => {
      stages = planned.map(([state, seconds]) => ({ state, left: seconds }))
      isPaused = false
    },
    pause: (paused: boolean): void => {
      isPaused = paused && stages.length > 0
    },
    end: (): void => {
      stages = []
      isPaused = false
    },
    /** Lets time pass; whether that ended it. */
    advance: (seconds: number): boolean => {
      if (isPaused || stages.length === 0) return false
      for (let rest = seconds; rest > 0 && stages[0] !== undefined;) {
        const used = Math.min(rest, stages[0].left)
        stages[0].left -= used
        rest -= used
        if (stages[0].left <= 0) stages.shift()
      }
      return stages.length === 0
    }
  }
}
