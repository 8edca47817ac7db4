import { assert, describe, it } from "@effect/vitest"
import { CommandError, lineOf } from "../../../src/internal/command/commandError.ts"

const lineFor = (sentence: string, advice?: string) =>
  lineOf("mqtt", false, new CommandError({ kind: "Failed", sentence, advice, exitCode: 1 }))

describe("what a command says of a failure", () => {
  it("is a sentence, also where the words of a server end it", () => {
    assert.strictEqual(lineFor("The server is busy"), "mqtt: The server is busy.")
    assert.strictEqual(lineFor("The server is busy: who are you?"), "mqtt: The server is busy: who are you?")
    assert.strictEqual(lineFor("Refused: go away!", "Check --host."), "mqtt: Refused: go away! Check --host.")
    assert.strictEqual(lineFor("Refused: no.", "Check --host."), "mqtt: Refused: no. Check --host.")
  })
})
