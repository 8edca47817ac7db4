/** All commands. */
import * as Command from "@effect/cli/Command"
import { groupHelp } from "../command/helpText.ts"
import * as clean from "./clean.ts"
import * as devices from "./devices.ts"
import * as rooms from "./rooms.ts"
import * as status from "./status.ts"

const summaries = {
  devices: "Lists the devices of the account, also those that are not supported.",
  status: "Shows what a device is doing; with --watch as it happens.",
  rooms: "Lists the rooms of the map in use.",
  clean: "Cleans rooms by name, or everything."
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
    Command.withDescription(devices.command, summaries.devices),
    Command.withDescription(status.command, summaries.status),
    Command.withDescription(rooms.command, summaries.rooms),
    Command.withDescription(clean.command, summaries.clean)
  ])
)
