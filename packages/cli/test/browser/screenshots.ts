/** Pictures of the page for its documentation, in `docs/page/`: `pnpm screenshots`. */
import { FloorPlan } from "@effect-mqtt/roborock-simulator"
import { NodeRuntime } from "@effect/platform-node"
import { Effect } from "effect"
import { mkdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Page } from "playwright-core"
import { launch, open } from "./chromium.ts"
import * as servedHome from "./servedHome.ts"

const folder = fileURLToPath(new URL("../../../../docs/page/", import.meta.url))

const desktop = { viewport: { width: 1280, height: 800 } }
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true }

const shoot = (page: Page, name: string) => page.screenshot({ path: `${folder}${name}.png` })

const tab = async (page: Page, name: string, shown: string) => {
  await page.getByRole("tab", { name }).click()
  await page.locator(".panel", { hasText: shown }).waitFor()
}

const program = Effect.gen(function*() {
  const address = yield* servedHome.serve()
  const browser = yield* launch
  const light = yield* open(browser, address, { ...desktop, colorScheme: "light" })
  const dark = yield* open(browser, address, { ...desktop, colorScheme: "dark" })
  const day = yield* open(browser, address, { ...phone, colorScheme: "light" })
  const night = yield* open(browser, address, { ...phone, colorScheme: "dark" })
  yield* Effect.promise(async () => {
    mkdirSync(folder, { recursive: true })
    await light.page.locator(".robot").waitFor()
    await light.page.locator(".chip", { hasText: "Kitchen" }).click()
    await light.page.locator(".chip", { hasText: "Bathroom" }).click()
    await light.page.getByRole("button", { name: "Clean 2 rooms" }).waitFor()
    await shoot(light.page, "rooms")
    await light.page.getByRole("button", { name: "Clean 2 rooms" }).click()
    // A part of the kitchen is done.
    for (const { page } of [light, dark, day, night]) {
      await page.locator(".facts", { hasText: /Kitchen · [3-9]\.\d m²/ }).waitFor()
    }
    await shoot(light.page, "desktop")
    await shoot(dark.page, "desktop-dark")
    await shoot(day.page, "phone")
    await shoot(night.page, "phone-dark")
    await tab(dark.page, "Care", "Main brush")
    await shoot(dark.page, "care")
    await tab(light.page, "Plans", "Living room twice")
    await shoot(light.page, "plans")
    await tab(day.page, "Settings", "Do not disturb")
    await shoot(day.page, "settings")
    await tab(day.page, "Clean", "Rooms")
    await day.page.getByRole("button", { name: "Zones" }).click()
    const { height = 0, width = 0, x = 0, y = 0 } = await day.page.locator("svg.map").boundingBox() ?? {}
    await day.page.mouse.move(x + width * 0.15, y + height * 0.55)
    await day.page.mouse.down()
    await day.page.mouse.move(x + width * 0.4, y + height * 0.75, { steps: 5 })
    await day.page.mouse.up()
    await day.page.getByRole("button", { name: "Clean 1 zone" }).waitFor()
    await shoot(day.page, "zones")
  })
}).pipe(
  Effect.scoped,
  Effect.provide(servedHome.layer({
    speed: 20,
    robots: [
      {
        name: "Downstairs",
        product: "Qrevo Master",
        cloudSchedules: [{ id: "1", cron: "0 9 * * 1,3,5", repeated: true, enabled: true, param: "" }]
      },
      { name: "Studio", battery: 64 }
    ],
    otherFloors: [FloorPlan.upstairs()]
  }))
)

NodeRuntime.runMain(program)
