/** Pictures of the page for the documentation: `pnpm screenshots`. */
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { NodeRuntime } from "@effect/platform-node"
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import type { Page } from "playwright-core"
import { launch, open } from "./chromium.ts"
import * as servedHome from "./servedHome.ts"

const folder = fileURLToPath(new URL("../../../../docs/page/", import.meta.url))

const desktop = { viewport: { width: 1280, height: 800 } }
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true }

const shoot = (page: Page, name: string) => Effect.promise(() => page.screenshot({ path: `${folder}${name}.png` }))

const program = Effect.gen(function*() {
  const { robots: [robot] } = yield* Simulator.Simulator
  const address = yield* servedHome.serve()
  const browser = yield* launch
  const { complaints, page } = yield* open(browser, address, { ...desktop, colorScheme: "light" })
  yield* Effect.promise(async () => {
    await page.locator(".chip", { hasText: "Kitchen" }).click()
    await page.locator(".chip", { hasText: "Bathroom" }).click()
    await page.waitForTimeout(500)
  })
  yield* shoot(page, "choosing")
  yield* Effect.promise(async () => {
    await page.getByRole("button", { name: "Clean 2 rooms" }).click()
    await page.getByRole("button", { name: "Pause" }).waitFor()
    await page.waitForTimeout(9000)
  })
  yield* shoot(page, "cleaning")
  const dark = yield* open(browser, address, { ...desktop, colorScheme: "dark" })
  const light = yield* open(browser, address, { ...phone, colorScheme: "light" })
  const night = yield* open(browser, address, { ...phone, colorScheme: "dark" })
  yield* Effect.promise(() => Promise.all([dark, light, night].map(({ page: other }) => other.waitForTimeout(2500))))
  yield* shoot(dark.page, "cleaning-dark")
  yield* shoot(light.page, "phone")
  yield* shoot(night.page, "phone-dark")
  for (const tab of ["Care", "History", "Schedules"]) {
    yield* Effect.promise(async () => {
      await dark.page.getByRole("tab", { name: tab }).click()
      await dark.page.waitForTimeout(1200)
    })
    yield* shoot(dark.page, tab.toLowerCase())
  }
  console.log(robot?.name, complaints, dark.complaints, light.complaints, night.complaints)
}).pipe(
  Effect.scoped,
  Effect.provide(servedHome.layer({
    speed: 20,
    robots: [{ name: "Downstairs", product: "Qrevo Master" }, { name: "Upstairs", battery: 64 }]
  }))
)

NodeRuntime.runMain(program)
