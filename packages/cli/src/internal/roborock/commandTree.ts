/** All commands. */
import * as Command from "@effect/cli/Command"
import { groupHelp } from "../command/helpText.ts"
import * as clean from "./commands/clean.ts"
import * as consumables from "./commands/consumables.ts"
import * as devices from "./commands/devices.ts"
import * as diagnostics from "./commands/diagnostics.ts"
import * as dock from "./commands/dock.ts"
import * as doNotDisturb from "./commands/doNotDisturb.ts"
import * as floors from "./commands/floors.ts"
import * as goTo from "./commands/goTo.ts"
import * as history from "./commands/history.ts"
import * as login from "./commands/login.ts"
import * as logout from "./commands/logout.ts"
import * as map from "./commands/map.ts"
import * as orders from "./commands/orders.ts"
import * as raw from "./commands/raw.ts"
import * as rooms from "./commands/rooms.ts"
import * as routines from "./commands/routines.ts"
import * as schedules from "./commands/schedules.ts"
import * as serve from "./commands/serve.ts"
import * as simulate from "./commands/simulate.ts"
import * as status from "./commands/status.ts"

const summaries = {
  login: "Logs in to an account of the Roborock app, by password or by e-mail code.",
  logout: "Removes the login that is kept, and everything that is kept with it.",
  devices: "Lists the devices of the account, including those that are not supported.",
  status: "Shows what a device is doing; with --watch, as it happens.",
  clean: "Cleans rooms by name, zones, or everything.",
  pause: "Pauses a robot where it is.",
  resume: "Resumes what was begun.",
  stop: "Ends what a robot is doing.",
  dock: "Sends a robot back to its dock, or lets the dock empty it, wash or dry its mop.",
  goto: "Sends a robot to a point of the map, or to a room.",
  locate: "Has a robot say where it is.",
  map: "Draws the map, or that of a past run, in the terminal or as a picture.",
  rooms: "Lists the rooms of the map in use.",
  floors: "Lists the floors that have a map, or changes to one.",
  routines: "Lists the routines of the app, or runs one.",
  schedules: "Lists the schedules on a robot or in the cloud, or changes the former.",
  consumables: "Shows which parts are worn, or resets one.",
  history: "Lists the last runs, and the totals.",
  dnd: "Shows the hours of \"do not disturb\", or changes them.",
  diagnostics: "Writes a report of the devices that can be shown to others: without secrets, names and addresses.",
  raw: "Sends any command to a device, and writes its answer.",
  serve: "Serves a web page with the live map and the controls of every vacuum.",
  simulate: "Runs a simulated cloud with robots, to try everything without an account."
}

/** What there is. */
export const overview = groupHelp(
  "roborock",
  Object.entries(summaries),
  "Options of a command: roborock <command> --help. Without an account: roborock <command> --simulator."
)

export const root = Command.make("roborock").pipe(
  Command.withDescription("Roborock vacuums on the command line."),
  Command.withSubcommands([
    Command.withDescription(login.command, summaries.login),
    Command.withDescription(logout.command, summaries.logout),
    Command.withDescription(devices.command, summaries.devices),
    Command.withDescription(status.command, summaries.status),
    Command.withDescription(clean.command, summaries.clean),
    Command.withDescription(orders.pause, summaries.pause),
    Command.withDescription(orders.resume, summaries.resume),
    Command.withDescription(orders.stop, summaries.stop),
    Command.withDescription(dock.command, summaries.dock),
    Command.withDescription(goTo.command, summaries.goto),
    Command.withDescription(orders.locate, summaries.locate),
    Command.withDescription(map.command, summaries.map),
    Command.withDescription(rooms.command, summaries.rooms),
    Command.withDescription(floors.command, summaries.floors),
    Command.withDescription(routines.command, summaries.routines),
    Command.withDescription(schedules.command, summaries.schedules),
    Command.withDescription(consumables.command, summaries.consumables),
    Command.withDescription(history.command, summaries.history),
    Command.withDescription(doNotDisturb.command, summaries.dnd),
    Command.withDescription(diagnostics.command, summaries.diagnostics),
    Command.withDescription(raw.command, summaries.raw),
    Command.withDescription(serve.command, summaries.serve),
    Command.withDescription(simulate.command, summaries.simulate)
  ])
)
