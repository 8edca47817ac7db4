/**
 * The robot as a pure state machine: commands and the time go in, a state comes out; no clock, no fiber, no network.
 *
 * @since 0.1.0
 */
import type { FloorPlan, Pose, Rectangle } from "./FloorPlan.ts"
import { cellAt, cellSize, centreOf, forCellsUnder, segmentOf } from "./FloorPlan.ts"
import { planCoverage } from "./internal/driving/coverage.ts"
import { findRoute } from "./internal/driving/route.ts"
import { makeTrail, type Point } from "./internal/driving/trail.ts"

/**
 * What a robot is doing.
 *
 * @since 0.1.0
 * @category models
 */
export type Activity = "Charging" | "Idle" | "Cleaning" | "Paused" | "Returning" | "Driving" | "Error"

/**
 * What is cleaned: `Spot` is a zone around the place where the robot stood.
 *
 * @since 0.1.0
 * @category models
 */
export type CleanKind = "All" | "Segments" | "Zones" | "Spot"

/**
 * What a robot can be told. `Fail` and `Recover` are what a person standing beside it would do: lift it, put it back.
 *
 * @since 0.1.0
 * @category models
 */
export type Command =
  | { readonly _tag: "CleanAll" }
  | { readonly _tag: "CleanSegments"; readonly segments: ReadonlyArray<number>; readonly repeat: number }
  | { readonly _tag: "CleanZones"; readonly zones: ReadonlyArray<Rectangle>; readonly repeat: number }
  | { readonly _tag: "CleanSpot" }
  | { readonly _tag: "GoTo"; readonly x: number; readonly y: number }
  | { readonly _tag: "Pause" }
  | { readonly _tag: "Resume" }
  | { readonly _tag: "Stop" }
  | { readonly _tag: "Dock" }
  | { readonly _tag: "Fail"; readonly errorCode: number }
  | { readonly _tag: "Recover" }

/**
 * How a command went: `Refused` when the robot is in no state to do it, `BadParameters` for rooms it does not know and
 * places it cannot get to.
 *
 * @since 0.1.0
 * @category models
 */
export type Outcome = "Done" | "Refused" | "BadParameters"

/**
 * A cleaning that has ended. Times are Unix seconds, the duration is the robot's own (simulated) time.
 *
 * @since 0.1.0
 * @category models
 */
export interface CleanRecord {
  readonly begin: number
  readonly end: number
  readonly durationSeconds: number
  readonly areaMm2: number
  readonly kind: CleanKind
  readonly complete: boolean
  readonly errorCode: number
}

/**
 * A robot at one moment.
 *
 * @since 0.1.0
 * @category models
 */
export interface RobotState {
  readonly activity: Activity
  readonly position: Pose
  /** Whole percent, 0..100. */
  readonly battery: number
  readonly errorCode: number
  /** The cleaning under way, also while it is paused or interrupted for charging. */
  readonly task: { readonly kind: CleanKind; readonly segments: ReadonlyArray<number> } | undefined
  /** The room being cleaned. */
  readonly segment: number | undefined
  /** Of the cleaning under way, else of the last one. */
  readonly cleanTimeSeconds: number
  readonly cleanAreaMm2: number
  /** Share of the asked floor that is done, whole percent. */
  readonly progress: number
  /** Where it has been since the cleaning began, at most {@link maxPathPoints} points. */
  readonly path: ReadonlyArray<Point>
  /** The newest cleanings, newest first, at most {@link maxRecords}. */
  readonly records: ReadonlyArray<CleanRecord>
  /** Over the whole life of the robot. */
  readonly totals: { readonly timeSeconds: number; readonly areaMm2: number; readonly count: number }
}

/**
 * The machine. Times are milliseconds of any clock that does not go backwards; records take them for Unix time.
 *
 * @since 0.1.0
 * @category models
 */
export interface Robot {
  /** Brings the robot to a moment. */
  readonly advance: (nowMillis: number) => void
  /** Brings the robot to a moment and tells it to do something. */
  readonly command: (command: Command, nowMillis: number) => Outcome
  /** As of the last `advance` or `command`. */
  readonly state: RobotState
}

/**
 * How a robot begins its life.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** When the robot's life begins, in milliseconds. */
  readonly nowMillis: number
  /**
   * How much faster than life everything goes.
   * @default 1
   */
  readonly speed?: number | undefined
  /**
   * Percent at the beginning.
   * @default 100
   */
  readonly battery?: number | undefined
}

/**
 * Bound of {@link RobotState.path}; the oldest points go first.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxPathPoints = 8000

/**
 * Bound of {@link RobotState.records}.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxRecords = 20

const driveMmPerSecond = 200
const cleaningDrainPerSecond = 100 / (120 * 60)
const drivingDrainPerSecond = 100 / (180 * 60)
const idleDrainPerSecond = 100 / (14 * 24 * 3600)
const chargePerSecond = 100 / (150 * 60)
// At this charge a robot breaks off, and at that one it goes on by itself.
const lowBattery = 20
const resumeBattery = 80
const lowBatteryError = 12
const maxZones = 5
/** Spot cleaning is a square with sides of twice this. */
const spotReach = 750
const cellAreaMm2 = cellSize * cellSize

const isRepeat = (repeat: number): boolean => Number.isInteger(repeat) && repeat >= 1 && repeat <= 3

/** A room or a zone. */
interface Area {
  readonly segment: number | undefined
  readonly has: (cell: number) => boolean
}

/** A cleaning from its order to its record. */
interface Task {
  readonly kind: CleanKind
  readonly segments: ReadonlyArray<number>
  readonly beginSeconds: number
  readonly expectedCells: number
  /** Areas still to be begun; an area stands there once for each repetition. */
  readonly waiting: Array<{ readonly area: Area; readonly repetition: number }>
  current: { readonly area: Area; readonly cleaned: Uint8Array } | undefined
  cleanedCells: number
  seconds: number
}

/** Cells to drive over, in order; those from `cleanFrom` on are cleaned. */
interface Drive {
  readonly cells: ReadonlyArray<number>
  readonly cleanFrom: number
  next: number
}

/**
 * A robot in its dock.
 *
 * It cleans whole rooms one after the other along a planned drive, returns by itself when done or when the battery is
 * low (and goes on after charging), and never leaves the cells a robot fits on.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (plan: FloorPlan, options: Options): Robot => {
  const speed = options.speed ?? 1
  const trail = makeTrail(maxPathPoints)
  const parkingCell = cellAt(plan, plan.parking.x, plan.parking.y) ?? 0
  const areaOf = (segment: number): Area => ({ segment, has: (cell) => segmentOf(plan, cell) === segment })
  const zoneOf = ({ x0, x1, y0, y1 }: Rectangle): Area => ({
    segment: undefined,
    has: (cell) => {
      const { x, y } = centreOf(plan, cell)
      return segmentOf(plan, cell) > 0 && x >= x0 && x < x1 && y >= y0 && y < y1
    }
  })
  const cellsIn = ({ has }: Area): number => plan.cells.reduce((count, _, cell) => has(cell) ? count + 1 : count, 0)
  const isReachable = ({ has }: Area): boolean =>
    findRoute(plan, here(), (cell) => plan.passable[cell] === 1 && has(cell)) !== undefined

  let now = options.nowMillis
  let activity: Activity = "Charging"
  let { angle, x, y } = plan.parking
  let battery = options.battery ?? 100
  let errorCode = 0
  let task: Task | undefined
  let drive: Drive | undefined
  /** The rest of the room that charging interrupts. */
  let interrupted: Drive | undefined
  let lastClean = { seconds: 0, areaMm2: 0, progress: 0 }
  let records: ReadonlyArray<CleanRecord> = []
  let totals = { timeSeconds: 0, areaMm2: 0, count: 0 }
  let lastBeginSeconds = 0

  const here = (): number => cellAt(plan, x, y) ?? parkingCell

  const begin = (kind: CleanKind, areas: ReadonlyArray<Area>, repeat: number): Outcome => {
    if (activity === "Error" || battery <= lowBattery) return "Refused"
    endTask(false)
    // Records are known by the second they began in, so no two may share one.
    lastBeginSeconds = Math.max(Math.floor(now / 1000), lastBeginSeconds + 1)
    const waiting = areas.flatMap((area) => Array.from({ length: repeat }, (_, repetition) => ({ area, repetition })))
    task = {
      kind,
      segments: areas.flatMap(({ segment }) => segment === undefined ? [] : [segment]),
      beginSeconds: lastBeginSeconds,
      expectedCells: repeat * areas.reduce((sum, area) => sum + cellsIn(area), 0),
      waiting,
      current: undefined,
      cleanedCells: 0,
      seconds: 0
    }
    drive = undefined
    interrupted = undefined
    trail.clear()
    trail.add(x, y)
    activity = "Cleaning"
    return "Done"
  }

  const progressOf = (current: Task): number =>
    Math.min(99, Math.floor(100 * current.cleanedCells / Math.max(1, current.expectedCells)))

  const endTask = (complete: boolean): void => {
    if (task === undefined) return
    const areaMm2 = task.cleanedCells * cellAreaMm2
    const durationSeconds = Math.round(task.seconds)
    lastClean = { seconds: durationSeconds, areaMm2, progress: complete ? 100 : progressOf(task) }
    records = [
      {
        begin: task.beginSeconds,
        end: Math.max(task.beginSeconds, Math.floor(now / 1000)),
        durationSeconds,
        areaMm2,
        kind: task.kind,
        complete,
        errorCode
      },
      ...records
    ].slice(0, maxRecords)
    totals = {
      timeSeconds: totals.timeSeconds + durationSeconds,
      areaMm2: totals.areaMm2 + areaMm2,
      count: totals.count + 1
    }
    task = undefined
    drive = undefined
    interrupted = undefined
  }

  const goHome = (): void => {
    drive = { cells: findRoute(plan, here(), (cell) => cell === parkingCell) ?? [], cleanFrom: Infinity, next: 0 }
    activity = "Returning"
  }

  const nextRoom = (current: Task): Drive | undefined => {
    const wanted = current.kind === "All" ? current.waiting : current.waiting.slice(0, 1)
    const way = findRoute(plan, here(), (cell) => wanted.some(({ area }) => area.has(cell)))
    if (way === undefined) {
      current.waiting.length = 0
      return undefined
    }
    const entry = way[way.length - 1] ?? here()
    const index = current.waiting.findIndex(({ area }) => area.has(entry))
    const [next] = current.waiting.splice(index, 1)
    if (next === undefined) return undefined
    current.current = { area: next.area, cleaned: new Uint8Array(plan.cells.length) }
    const coverage = planCoverage(plan, next.area.has, entry, next.repetition % 2 === 0 ? "horizontal" : "vertical")
    return { cells: [...way, ...coverage], cleanFrom: Math.max(0, way.length - 1), next: 0 }
  }

  const goOn = (rest: Drive): Drive => {
    const goal = rest.cells[rest.next] ?? here()
    const way = findRoute(plan, here(), (cell) => cell === goal) ?? []
    const cells = [...way, ...rest.cells.slice(rest.next + 1)]
    return { cells, cleanFrom: Math.max(way.length - 1, rest.cleanFrom - rest.next + way.length - 1), next: 0 }
  }

  const cleanHere = (current: Task, cell: number): void => {
    const room = current.current
    if (room === undefined) return
    forCellsUnder(plan, cell, (under) => {
      if (room.cleaned[under] === 1 || !room.area.has(under)) return
      room.cleaned[under] = 1
      current.cleanedCells++
    })
  }

  /** Drives towards the next cell for at most `seconds`; returns how long it took. */
  const roll = (current: Drive, cell: number, seconds: number): number => {
    const target = centreOf(plan, cell)
    const distance = Math.hypot(target.x - x, target.y - y)
    const needed = distance / driveMmPerSecond
    if (distance > 0) angle = Math.round(Math.atan2(target.y - y, target.x - x) * 180 / Math.PI)
    if (needed > seconds) {
      x += (target.x - x) * seconds / needed
      y += (target.y - y) * seconds / needed
      return seconds
    }
    ;({ x, y } = target)
    trail.add(x, y)
    if (task !== undefined && activity === "Cleaning" && current.next >= current.cleanFrom) cleanHere(task, cell)
    current.next++
    return needed
  }

  const clean = (current: Task, seconds: number): number => {
    if (battery <= lowBattery) {
      interrupted ??= drive
      goHome()
      return 0
    }
    if (drive === undefined) {
      if (interrupted !== undefined) {
        drive = goOn(interrupted)
        interrupted = undefined
      } else {
        drive = nextRoom(current)
      }
    }
    const cell = drive?.cells[drive.next]
    if (drive !== undefined && cell !== undefined) {
      const used = roll(drive, cell, seconds)
      current.seconds += used
      battery -= used * cleaningDrainPerSecond
      return used
    }
    drive = undefined
    if (current.waiting.length === 0) {
      endTask(true)
      goHome()
    }
    return 0
  }

  /** Follows the drive; at its end there is `arrive`. */
  const follow = (seconds: number, arrive: () => void): number => {
    const cell = drive?.cells[drive.next]
    if (drive !== undefined && cell !== undefined) {
      const used = roll(drive, cell, seconds)
      battery -= used * drivingDrainPerSecond
      return used
    }
    drive = undefined
    arrive()
    return 0
  }

  const park = (): void => {
    ;({ angle, x, y } = plan.parking)
    activity = "Charging"
  }

  const charge = (seconds: number): number => {
    const until = task === undefined ? 100 : resumeBattery
    const used = Math.min(seconds, Math.max(0, until - battery) / chargePerSecond)
    battery += used * chargePerSecond
    // Charging for a broken-off cleaning can leave a rounding error short of the threshold.
    if (task !== undefined && used < seconds) activity = "Cleaning"
    return task === undefined ? seconds : used
  }

  const rest = (seconds: number): number => {
    battery -= seconds * idleDrainPerSecond
    return seconds
  }

  const stepFor = (seconds: number): number => {
    switch (activity) {
      case "Cleaning":
        return task === undefined ? rest(seconds) : clean(task, seconds)
      case "Returning":
        return follow(seconds, park)
      case "Driving":
        return follow(seconds, () => activity = "Idle")
      case "Charging":
        return charge(seconds)
      case "Idle":
      case "Paused":
      case "Error":
        return rest(seconds)
    }
  }

  const advance = (nowMillis: number): void => {
    let seconds = Math.max(0, nowMillis - now) * speed / 1000
    now = Math.max(now, nowMillis)
    while (seconds > 0) {
      seconds -= stepFor(seconds)
      if (battery <= 0 && activity !== "Charging" && activity !== "Error") {
        errorCode = lowBatteryError
        activity = "Error"
      }
      battery = Math.min(100, Math.max(0, battery))
    }
  }

  const perform = (command: Command): Outcome => {
    switch (command._tag) {
      case "CleanAll":
        return begin("All", plan.rooms.map((room) => areaOf(room.segment)), 1)
      case "CleanSegments": {
        const known = command.segments.every((segment) => plan.rooms.some((room) => room.segment === segment))
        if (!known || command.segments.length === 0 || !isRepeat(command.repeat)) return "BadParameters"
        return begin("Segments", [...new Set(command.segments)].map(areaOf), command.repeat)
      }
      case "CleanZones": {
        const areas = command.zones.map(zoneOf)
        const isKnown = areas.length > 0 && areas.length <= maxZones && areas.every(isReachable)
        return isKnown && isRepeat(command.repeat) ? begin("Zones", areas, command.repeat) : "BadParameters"
      }
      case "CleanSpot":
        return begin(
          "Spot",
          [zoneOf({ x0: x - spotReach, y0: y - spotReach, x1: x + spotReach, y1: y + spotReach })],
          1
        )
      case "GoTo": {
        const goal = cellAt(plan, command.x, command.y)
        const cells = findRoute(plan, here(), (cell) => cell === goal)
        if (cells === undefined) return "BadParameters"
        if (activity === "Error") return "Refused"
        endTask(false)
        drive = { cells, cleanFrom: Infinity, next: 0 }
        activity = "Driving"
        return "Done"
      }
      case "Pause":
        if (activity !== "Cleaning" && activity !== "Returning" && activity !== "Driving") return "Refused"
        activity = "Paused"
        return "Done"
      case "Resume":
        if (task === undefined || activity !== "Paused") return "Refused"
        // Paused on the way to a charge: the drive is the way home, the room's is kept apart.
        if (interrupted !== undefined) drive = undefined
        activity = "Cleaning"
        return "Done"
      case "Stop":
        if (activity === "Error") return "Refused"
        endTask(false)
        drive = undefined
        if (activity !== "Charging") activity = "Idle"
        return "Done"
      case "Dock":
        if (activity === "Error") return "Refused"
        endTask(false)
        if (activity !== "Charging") goHome()
        return "Done"
      case "Fail":
        errorCode = command.errorCode
        activity = "Error"
        return "Done"
      case "Recover":
        if (activity !== "Error") return "Refused"
        errorCode = 0
        activity = task === undefined ? "Idle" : "Paused"
        return "Done"
    }
  }

  return {
    advance,
    command: (command, nowMillis) => {
      advance(nowMillis)
      return perform(command)
    },
    get state() {
      return {
        activity,
        position: { x: Math.round(x), y: Math.round(y), angle },
        battery: Math.round(battery),
        errorCode,
        task: task === undefined ? undefined : { kind: task.kind, segments: task.segments },
        segment: task?.current?.area.segment,
        cleanTimeSeconds: task === undefined ? lastClean.seconds : Math.round(task.seconds),
        cleanAreaMm2: task === undefined ? lastClean.areaMm2 : task.cleanedCells * cellAreaMm2,
        progress: task === undefined ? lastClean.progress : progressOf(task),
        path: trail.points.slice(),
        records,
        totals
      }
    }
  }
}
