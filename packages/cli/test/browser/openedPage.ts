/** A simulated home whose page is open in a browser, and what tests do there. */
import { FloorPlan } from "@effect-mqtt/roborock-simulator"
import { Context, Effect, Layer } from "effect"
import type { Browser, Page } from "playwright-core"
import { executablePath, launch, open } from "./chromium.ts"
import * as servedHome from "./servedHome.ts"

if (executablePath === undefined) console.warn("skipped without chromium: the page of roborock serve")

export class Chromium extends Context.Tag("test/Chromium")<Chromium, Browser>() {}

export const home = Layer.merge(
  Layer.scoped(Chromium, launch),
  servedHome.layer({
    speed: 60,
    robots: [{ name: "Downstairs", product: "Qrevo Master" }, { name: "<b>Upstairs</b>", battery: 15 }],
    otherFloors: [FloorPlan.upstairs()]
  })
)

export const does = (run: () => Promise<unknown>) => Effect.promise(run)

/** The page of a server of its own. */
export const opened = Effect.gen(function*() {
  const address = yield* servedHome.serve()
  return yield* open(yield* Chromium, address, { viewport: { width: 1280, height: 800 } })
})

export const headline = (page: Page, text: string | RegExp) => page.locator("h1", { hasText: text }).waitFor()

/** Goes with the tab key to what is called so. */
export const tabTo = async (page: Page, name: RegExp) => {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab")
    // Tests know no document: what runs in the page is text.
    const found = await page.evaluate<string>(
      "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
    )
    if (name.test(found.trim())) return
  }
  throw new Error(`the tab key does not lead to ${name}`)
}
