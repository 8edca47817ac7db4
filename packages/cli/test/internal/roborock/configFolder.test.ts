import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import * as configFolder from "../../../src/internal/roborock/configFolder.ts"

const none = { xdg: undefined, appData: undefined }

describe("the folder for the login", () => {
  it("is that of the platform", () => {
    const home = "/people/ada"
    assert.strictEqual(configFolder.of("linux", { ...none, home }), "/people/ada/.config/roborock")
    assert.strictEqual(configFolder.of("linux", { ...none, home, xdg: "/etc/ada" }), "/etc/ada/roborock")
    assert.strictEqual(configFolder.of("linux", { ...none, home, xdg: "relative" }), "/people/ada/.config/roborock")
    assert.strictEqual(configFolder.of("darwin", { ...none, home }), "/people/ada/Library/Application Support/roborock")
    assert.strictEqual(
      configFolder.of("win32", { ...none, home: "C:\\People\\ada", appData: "D:\\Roaming" }),
      "D:\\Roaming\\roborock"
    )
    assert.strictEqual(
      configFolder.of("win32", { ...none, home: "C:\\People\\ada" }),
      "C:\\People\\ada\\AppData\\Roaming\\roborock"
    )
  })

  it.effect("is another one where that is asked for, by an option before a variable", () =>
    Effect.gen(function*() {
      const variable = Effect.withConfigProvider(
        ConfigProvider.fromMap(new Map([["ROBOROCK_CONFIG_DIR", "elsewhere"], ["HOME", "/people/ada"]]))
      )
      assert.strictEqual(yield* variable(configFolder.choose({ configDir: undefined })), "elsewhere")
      assert.strictEqual(yield* variable(configFolder.choose({ configDir: "here" })), "here")
    }))
})
