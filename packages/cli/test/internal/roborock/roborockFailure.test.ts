import { RoborockError } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { fromRoborock } from "../../../src/internal/roborock/roborockFailure.ts"

describe("a room that is on another floor", () => {
  it.each([
    ["Upstairs", "'Upstairs'"],
    // Whoever shares a device with us names its floors.
    ["x'; reboot; '", String.raw`'x'\''; reboot; '\'''`]
  ])("%s: what to run has the floor as one word of a shell", (floor, word) => {
    const elsewhere = [{ room: "Study", floor }]
    const failure = fromRoborock(new RoborockError.UnknownRoom({ rooms: ["study"], known: ["Hall"], elsewhere }))
    assert.strictEqual(failure.exitCode, 1)
    assert.strictEqual(failure.sentence, "No such room on the map in use: study")
    assert.include(failure.advice, `"roborock floors --use ${word}".`)
  })
})
