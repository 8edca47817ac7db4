import { Simulator } from "@effect-mqtt/roborock-simulator"
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { executablePath, open } from "./chromium.ts"
import { Chromium, does, headline, home, opened, tabTo } from "./openedPage.ts"
import * as servedHome from "./servedHome.ts"

describe.skipIf(executablePath === undefined)("routines, dock and settings in Chromium", { timeout: 120_000 }, () => {
  layer(home, { excludeTestServices: true })((it) => {
    it.scoped("runs a routine of the app, and lists what the app has planned", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* opened
        const { robots: [robot], webCalls } = yield* Simulator.Simulator
        yield* does(async () => {
          await page.getByRole("tab", { name: "Plans" }).click()
          await page.getByText("Nothing is planned in the cloud.").waitFor()
          await page.getByRole("button", { name: "Run Living room twice" }).click()
          await page.locator(".notice", { hasText: "Living room twice runs." }).waitFor()
          await headline(page, "Cleaning rooms")
          await page.getByRole("tab", { name: "History" }).click()
          await page.getByRole("tab", { name: "Plans" }).click()
          await page.getByRole("button", { name: "Run Everything" }).waitFor()
        })
        // The cloud is not asked again each time somebody looks.
        const asked = (yield* webCalls).filter(({ path }) => /scene\/home|jobs/.test(path))
        assert.strictEqual(asked.length, 2, JSON.stringify(asked))
        yield* robot?.call("app_charge", []) ?? Effect.void
        yield* does(() => headline(page, "Charging"))
        assert.deepStrictEqual(complaints, [])
      }))

    it.scoped("has the dock work while the robot is there, as far as it can", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* opened
        yield* does(async () => {
          await page.getByRole("tab", { name: "Care" }).click()
          await page.getByText("Clean water fine").waitFor()
          await page.getByRole("button", { name: "Start: Dry the mop" }).click()
          await page.getByRole("button", { name: "Stop: Dry the mop" }).waitFor()
          await page.getByText("Drying …").waitFor()
          await page.getByRole("button", { name: "Stop: Dry the mop" }).click()
          await page.getByRole("button", { name: "Start: Dry the mop" }).waitFor()
          await page.getByRole("button", { name: "<b>Upstairs</b>" }).click()
          await page.getByRole("tab", { name: "Care" }).click()
          await page.getByRole("button", { name: "Reset Filter" }).waitFor()
          assert.strictEqual(await page.getByRole("heading", { name: "Dock" }).count(), 0)
        })
        assert.deepStrictEqual(complaints, [])
      }))

    it.scoped("changes settings with the keyboard alone, and the device has them afterwards", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* opened
        const { robots: [robot] } = yield* Simulator.Simulator
        const asked = (method: string) => robot?.call(method, []) ?? Effect.void
        yield* does(async () => {
          await page.locator(".robot").waitFor()
          await tabTo(page, /^Clean$/)
          await page.keyboard.press("ArrowLeft")
          await page.getByRole("switch", { name: "Child lock" }).waitFor()
          await tabTo(page, /^Child lock$/)
          await page.keyboard.press("Space")
          await page.locator("[role=switch][aria-checked=true][aria-label='Child lock']").waitFor()
          await page.getByRole("slider").focus()
          const answered = page.waitForResponse(/commands$/)
          await page.keyboard.press("ArrowLeft")
          assert.isTrue((await answered).ok())
          await page.getByText("Volume, 65 %").waitFor()
          await page.getByRole("combobox", { name: "How it is emptied" }).selectOption({ label: "Max" })
          await page.getByLabel("Do not disturb: from").fill("21:30")
          await page.getByLabel("Do not disturb: to").focus()
          await page.getByText("From 21:30 to 08:00").waitFor()
          await page.getByRole("switch", { name: "Do not disturb" }).click()
          await page.locator("[role=switch][aria-checked=false][aria-label='Do not disturb']").waitFor()
          await page.reload()
          await page.getByRole("tab", { name: "Settings" }).click()
          await page.locator("[role=switch][aria-checked=true][aria-label='Child lock']").waitFor()
          assert.strictEqual(await page.getByRole("combobox", { name: "How it is emptied" }).inputValue(), "max")
        })
        assert.deepInclude(yield* asked("get_child_lock_status"), { result: { lock_status: 1 } })
        assert.deepInclude(yield* asked("get_sound_volume"), { result: [65] })
        assert.deepStrictEqual(complaints, [])
      }))

    it.scoped("fits on a phone, and shows only what a device has", () =>
      Effect.gen(function*() {
        const address = yield* servedHome.serve()
        const { complaints, page } = yield* open(yield* Chromium, address, {
          viewport: { width: 360, height: 740 },
          hasTouch: true,
          isMobile: true
        })
        yield* does(async () => {
          await page.getByRole("button", { name: "<b>Upstairs</b>" }).tap()
          for (const tab of ["Care", "Plans", "History", "Settings"]) {
            await page.getByRole("tab", { name: tab }).tap()
            await page.getByText("Asking the device").first().waitFor({ state: "detached" })
            assert.strictEqual(await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth"), 0, tab)
          }
          await page.getByRole("switch", { name: "Child lock" }).waitFor()
          assert.strictEqual(await page.getByRole("switch", { name: "Running light" }).count(), 0)
          assert.strictEqual(await page.getByText("The device has not told").count(), 0)
        })
        assert.deepStrictEqual(complaints, [])
      }))
  })
})
