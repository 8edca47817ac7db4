import { Effect, type Scope } from "effect"
import { existsSync } from "node:fs"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { chromium } from "playwright-core"

/** The browser of the system; `undefined` where there is none. */
export const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync
)

export const launch: Effect.Effect<Browser, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() =>
    chromium.launch({ executablePath: executablePath ?? "", args: ["--no-sandbox", "--disable-gpu"] })
  ),
  (browser) => Effect.promise(() => browser.close())
)

/** A window of its own, with what its page complains about. */
export const open = (
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {}
): Effect.Effect<{ readonly page: Page; readonly complaints: ReadonlyArray<string> }> =>
  Effect.promise(async () => {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const complaints: Array<string> = []
    page.on("pageerror", (error) => complaints.push(error.message))
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text())
    })
    await page.goto(address)
    return { page, complaints }
  })
