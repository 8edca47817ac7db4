import type { FloorPlan } from "../../FloorPlan.ts"
import { cellAt } from "../../FloorPlan.ts"
import type { Activity, CleanKind, Command, Outcome, RobotState } from "../../RobotState.ts"
import { type Area, roomArea, zoneArea } from "./area.ts"
import { makeBattery } from "./battery.ts"
import { makeHistory } from "./history.ts"
import { type Job, makeJob } from "./job.ts"
import { type Drive, justDrive, makeVehicle } from "./vehicle.ts"

const lowBatteryError = 12
const maxZones = 5
/** Spot cleaning is a square with sides of twice this. */
const spotReach = 750

const isRepeat = (repeat: number): boolean => Number.isInteger(repeat) && repeat >= 1 && repeat <= 3

interface Beginning {
  readonly nowMillis: number
  readonly speed?: number | undefined
  readonly battery?: number | undefined
  readonly otherFloors?: ReadonlyArray<FloorPlan> | undefined
}

/** The states of a robot, and what leads from one to the other. */
export const makeMachine = (
  firstFloor: FloorPlan,
  options: Beginning,
  limits: { readonly pathPoints: number; readonly records: number }
) => {
  const floors = [firstFloor, ...options.otherFloors ?? []]
  const battery = makeBattery(options.battery ?? 100)
  const history = makeHistory(limits.records)
  let speed = options.speed ?? 1
  let now = options.nowMillis
  let floor = 0
  let plan = firstFloor
  let vehicle = makeVehicle(plan, limits.pathPoints)
  let activity: Activity = "Charging"
  let errorCode = 0
  let job: Job | undefined
  let drive: Drive | undefined
  /** The rest of the room that charging interrupts. */
  let interrupted: Drive | undefined
  let lastClean = { seconds: 0, areaMm2: 0, progress: 0 }

  const begin = (kind: CleanKind, areas: ReadonlyArray<Area>, repeat: number, thenMop = false): Outcome => {
    if (activity === "Error" || battery.isLow()) return "Refused"
    endJob(false)
    job = makeJob(plan, kind, areas, repeat, history.beginSeconds(now), thenMop ? 2 : 1)
    vehicle.forget()
    activity = "Cleaning"
    return "Done"
  }

  const endJob = (complete: boolean): void => {
    drive = undefined
    interrupted = undefined
    if (job === undefined) return
    lastClean = { seconds: job.seconds(), areaMm2: job.areaMm2(), progress: complete ? 100 : job.progress() }
    history.add({
      beginSeconds: job.beginSeconds,
      endSeconds: Math.max(job.beginSeconds, Math.floor(now / 1000)),
      durationSeconds: lastClean.seconds,
      areaMm2: lastClean.areaMm2,
      kind: job.kind,
      complete,
      errorCode,
      floor
    })
    job = undefined
  }

  const goHome = (): void => {
    drive = vehicle.wayHome()
    activity = "Returning"
  }

  const isReachable = ({ has }: Area): boolean =>
    vehicle.wayTo((cell) => plan.passable[cell] === 1 && has(cell)) !== undefined

  /** One step of the drive; returns how long it took, or `undefined` at its end. */
  const follow = (seconds: number): number | undefined => {
    const cell = drive?.cells[drive.next]
    if (drive === undefined || cell === undefined) {
      drive = undefined
      return undefined
    }
    const { arrived, used } = vehicle.roll(cell, seconds)
    if (arrived) {
      if (activity === "Cleaning" && drive.next >= drive.cleanFrom) job?.cleanAt(cell)
      drive.next++
    }
    return used
  }

  const clean = (current: Job, seconds: number): number => {
    if (battery.isLow()) {
      interrupted ??= drive
      goHome()
      return 0
    }
    if (drive === undefined && interrupted !== undefined) {
      drive = vehicle.goOn(interrupted)
      interrupted = undefined
    }
    drive ??= current.next(vehicle)
    const used = follow(seconds)
    if (used !== undefined) {
      current.spend(used)
      battery.change("cleaning", used)
      return used
    }
    if (current.isExhausted()) {
      endJob(true)
      goHome()
    }
    return 0
  }

  /** Follows the drive; at its end there is `arrive`. */
  const driveOn = (seconds: number, arrive: () => void): number => {
    const used = follow(seconds)
    if (used === undefined) {
      arrive()
      return 0
    }
    battery.change("driving", used)
    return used
  }

  const charge = (seconds: number): number => {
    const used = battery.chargeFor(seconds, job !== undefined)
    if (job === undefined) return seconds
    // Charging for a broken-off cleaning can leave a rounding error short of the threshold.
    if (used < seconds) activity = "Cleaning"
    return used
  }

  const rest = (seconds: number): number => {
    battery.change("resting", seconds)
    return seconds
  }

  const stepFor = (seconds: number): number => {
    switch (activity) {
      case "Cleaning":
        return job === undefined ? rest(seconds) : clean(job, seconds)
      case "Returning":
        return driveOn(seconds, () => {
          vehicle.park()
          activity = "Charging"
        })
      case "Driving":
        return driveOn(seconds, () => activity = "Idle")
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
      if (battery.isEmpty() && activity !== "Charging" && activity !== "Error") {
        errorCode = lowBatteryError
        activity = "Error"
      }
    }
  }

  const perform = (command: Command): Outcome => {
    switch (command._tag) {
      case "CleanAll": {
        const { repeat = 1, thenMop } = command
        return isRepeat(repeat)
          ? begin("All", plan.rooms.map((room) => roomArea(plan, room.segment)), repeat, thenMop)
          : "BadParameters"
      }
      case "CleanSegments": {
        const known = command.segments.every((segment) => plan.rooms.some((room) => room.segment === segment))
        if (!known || command.segments.length === 0 || !isRepeat(command.repeat)) return "BadParameters"
        const areas = Array.from(new Set(command.segments), (segment) => roomArea(plan, segment))
        return begin("Segments", areas, command.repeat, command.thenMop)
      }
      case "CleanZones": {
        const areas = command.zones.map((zone) => zoneArea(plan, zone))
        const isKnown = areas.length > 0 && areas.length <= maxZones && areas.every(isReachable)
        return isKnown && isRepeat(command.repeat) ? begin("Zones", areas, command.repeat) : "BadParameters"
      }
      case "CleanSpot": {
        const { x, y } = vehicle.position()
        const square = { x0: x - spotReach, y0: y - spotReach, x1: x + spotReach, y1: y + spotReach }
        return begin("Spot", [zoneArea(plan, square)], 1)
      }
      case "GoTo": {
        const goal = cellAt(plan, command.x, command.y)
        const cells = vehicle.wayTo((cell) => cell === goal)
        if (cells === undefined) return "BadParameters"
        if (activity === "Error") return "Refused"
        endJob(false)
        drive = justDrive(cells)
        activity = "Driving"
        return "Done"
      }
      case "Pause":
        if (activity !== "Cleaning" && activity !== "Returning" && activity !== "Driving") return "Refused"
        activity = "Paused"
        return "Done"
      case "Resume":
        if (job === undefined || activity !== "Paused") return "Refused"
        // Paused on the way to a charge: the drive is the way home, the room's is kept apart.
        if (interrupted !== undefined) drive = undefined
        activity = "Cleaning"
        return "Done"
      case "Stop":
        if (activity === "Error") return "Refused"
        endJob(false)
        if (activity !== "Charging") activity = "Idle"
        return "Done"
      case "Dock":
        if (activity === "Error") return "Refused"
        endJob(false)
        if (activity !== "Charging") goHome()
        return "Done"
      case "Fail":
        errorCode = command.errorCode
        activity = "Error"
        return "Done"
      case "Recover":
        if (activity !== "Error") return "Refused"
        errorCode = 0
        activity = job !== undefined ? "Paused" : vehicle.isParked() ? "Charging" : "Idle"
        return "Done"
      case "ChangeFloor": {
        const wanted = floors[command.floor]
        if (wanted === undefined) return "BadParameters"
        if (job !== undefined || activity !== "Charging" && activity !== "Idle") return "Refused"
        if (command.floor === floor) return "Done"
        floor = command.floor
        plan = wanted
        vehicle = makeVehicle(plan, limits.pathPoints)
        activity = "Charging"
        return "Done"
      }
    }
  }

  return {
    advance,
    command: (command: Command, nowMillis: number): Outcome => {
      advance(nowMillis)
      return perform(command)
    },
    floors,
    get plan() {
      return plan
    },
    get speed() {
      return speed
    },
    setSpeed: (next: number, nowMillis: number): void => {
      advance(nowMillis)
      speed = next
    },
    get state(): RobotState {
      return {
        activity,
        floor,
        position: vehicle.position(),
        battery: battery.percent(),
        errorCode,
        task: job === undefined ? undefined : { kind: job.kind, segments: job.segments },
        segment: job?.segment(),
        cleanTimeSeconds: job === undefined ? lastClean.seconds : job.seconds(),
        cleanAreaMm2: job === undefined ? lastClean.areaMm2 : job.areaMm2(),
        progress: job === undefined ? lastClean.progress : job.progress(),
        path: vehicle.path(),
        records: history.records(),
        totals: history.totals()
      }
    }
  }
}
