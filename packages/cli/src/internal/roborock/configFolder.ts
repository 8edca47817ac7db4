/** Where the login is kept: the folder that the platform has for such things. */
import * as Effect from "effect/Effect"
import { homedir } from "node:os"
import { posix, win32 } from "node:path"
import * as setting from "../command/setting.ts"
import type { SharedValues } from "./sharedOptions.ts"

type Platform = "linux" | "darwin" | "win32"

const platformOf = (name: string): Platform => name === "win32" || name === "darwin" ? name : "linux"

/** Other systems have what Linux has. Folders of the environment count only when they are absolute, as XDG has it. */
export const of = (
  platform: Platform,
  { appData, home, xdg }: {
    readonly home: string
    readonly xdg: string | undefined
    readonly appData: string | undefined
  }
): string => {
  switch (platform) {
    case "win32":
      return win32.join(appData ?? win32.join(home, "AppData", "Roaming"), "roborock")
    case "darwin":
      return posix.join(home, "Library", "Application Support", "roborock")
    case "linux":
      return posix.join(xdg !== undefined && posix.isAbsolute(xdg) ? xdg : posix.join(home, ".config"), "roborock")
  }
}

/** The folder that was asked for, or that of the platform. */
export const choose = ({ configDir }: Pick<SharedValues, "configDir">): Effect.Effect<string> =>
  Effect.gen(function*() {
    const wanted = configDir ?? (yield* setting.text("ROBOROCK_CONFIG_DIR"))
    return wanted ?? of(platformOf(process.platform), {
      home: (yield* setting.text("HOME")) ?? homedir(),
      xdg: yield* setting.text("XDG_CONFIG_HOME"),
      appData: yield* setting.text("APPDATA")
    })
  })
