/** `roborock rooms` */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import type * as RoborockMapOutput from "../../../RoborockMapOutput.ts"
import { squareMetres } from "../deviceStatus.ts"
import * as floorAreas from "../floorAreas.ts"
import * as home from "../home.ts"
import * as output from "../output.ts"
import { onDevice } from "../sharedOptions.ts"

export const command = Command.make("rooms", onDevice, (values) =>
  Effect.gen(function*() {
    const device = yield* home.pickDevice(values)
    const rooms = yield* Effect.flatMap(device.trait("rooms"), ({ list }) => list)
    const areas = yield* floorAreas.of(device)
    // The map, which has just been read, tells the room.
    const { currentRoomId } = yield* device.state.get
    const rows: typeof RoborockMapOutput.Rooms.Type = rooms.map(({ id, name }) => ({
      name,
      id,
      area: areas.get(id) ?? null,
      current: id === currentRoomId
    }))
    yield* output.write(values.json, rows, (isRich) =>
      output.table(
        ["NAME", "NUMBER", "AREA", ""],
        rows.map(({ area, current, id, name }) => [
          name,
          id,
          area === null ? undefined : squareMetres(area),
          current ? "the robot is here" : ""
        ]),
        isRich
      ))
  }).pipe(home.provide(values)))
