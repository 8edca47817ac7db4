import { Simulator } from "@effect-mqtt/roborock-simulator"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import type { Page } from "playwright-core"
import { executablePath, open } from "./chromium.ts"
import { Chromium, does, headline, home, opened, tabTo } from "./openedPage.ts"
import * as servedHome from "./servedHome.ts"

/** How fast the robot is while it has to be seen at work, so that a busy machine is in time, and on its way home. */
const speeds = { driving: 1, cleaning: 5, home: 60 } as const

const untilRobotMoves = async (page: Page) => {
  const style = await page.locator(".robot").getAttribute("style") ?? ""
  const place = /translate\([^)]*\)/.exec(style)?.[0] ?? style
  await page.locator(`.robot:not([style*="${place}"])`).waitFor()
}

/** What is seen of the map, once it is no longer this. */
const seenAfter = async (page: Page, before: string | null) => {
  const map = page.locator(`svg.map:not([viewBox="${before}"])`)
  await map.waitFor()
  return await map.getAttribute("viewBox")
}

/** Taps where the name of a room stands. */
const tapRoom = async (page: Page, name: string) => {
  const box = await page.locator(".label text", { hasText: name }).boundingBox()
  if (box === null) throw new Error(`no room ${name} on the map`)
  await page.mouse.click(box.x + box.width / 2, box.y + box.height + 6)
}

describe.skipIf(executablePath === undefined)("the page in Chromium", { timeout: 120_000 }, () => {
  layer(home, { excludeTestServices: true })((it) => {
    it.scoped("cleans a room that is tapped, shows the robot on its way, holds it and sends it home", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* opened
        const { robots: [robot], setSpeed } = yield* Simulator.Simulator
        yield* setSpeed(speeds.cleaning)
        yield* does(async () => {
          await page.locator(".robot").waitFor()
          await headline(page, "Charging")
          await tapRoom(page, "Kitchen")
          await page.getByRole("button", { name: "Clean Kitchen" }).click()
          await headline(page, "Cleaning rooms")
          await untilRobotMoves(page)
          await untilRobotMoves(page)
          await page.locator(".room[data-active]").waitFor()
          await page.locator(".path[d*='L']").waitFor()
          await page.getByRole("button", { name: "Pause" }).click()
          await headline(page, "Paused")
        })
        yield* setSpeed(speeds.home)
        yield* robot?.fail(8) ?? Effect.void
        yield* does(() => page.locator(".banner", { hasText: "Robot trapped" }).waitFor())
        yield* robot?.recover ?? Effect.void
        yield* does(async () => {
          await page.locator(".banner", { hasText: "Robot trapped" }).waitFor({ state: "detached" })
          await page.getByRole("button", { name: "Dock" }).click()
          await headline(page, "Charging")
        })
        assert.deepStrictEqual(complaints, [])
      }))

    it.scoped("is used with the keyboard alone, and says aloud what happens", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* opened
        const { setSpeed } = yield* Simulator.Simulator
        yield* setSpeed(speeds.cleaning)
        yield* does(async () => {
          await page.locator(".robot").waitFor()
          const whole = await page.locator("svg.map").getAttribute("viewBox")
          await tabTo(page, /^Map with 5 rooms/)
          await page.keyboard.press("+")
          const closer = await seenAfter(page, whole)
          await page.keyboard.press("ArrowRight")
          await seenAfter(page, closer)
          await page.keyboard.press("0")
          await page.locator(`svg.map[viewBox="${whole}"]`).waitFor()
          await tabTo(page, /^Zones$/)
          await page.keyboard.press("Enter")
          await tabTo(page, /^Add a zone$/)
          await page.keyboard.press("Enter")
          await page.locator("[data-zone]").waitFor()
          await tabTo(page, /^Zone 1, 1.5 by 1.5 metres/)
          await page.keyboard.press("Shift+ArrowRight")
          await page.locator("[aria-label^='Zone 1, 1.6 by 1.5 metres']").waitFor()
          await tabTo(page, /^Rooms$/)
          await page.keyboard.press("Enter")
          await tabTo(page, /Bathroom/)
          await page.keyboard.press("Space")
          await page.locator(".chip[aria-pressed='true']", { hasText: "Bathroom" }).waitFor()
          await tabTo(page, /^Clean Bathroom$/)
          await page.keyboard.press("Enter")
          await page.locator(".aloud", { hasText: "Cleaning rooms" }).waitFor({ state: "attached" })
          await tabTo(page, /^Dock$/)
          await page.keyboard.press("Enter")
        })
        yield* setSpeed(speeds.home)
        yield* does(() => headline(page, "Charging"))
        assert.deepStrictEqual(complaints, [])
      }))

    it.scoped("drives to a point, and shows the map of the floor that is chosen", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* opened
        const { setSpeed } = yield* Simulator.Simulator
        yield* setSpeed(speeds.driving)
        yield* does(async () => {
          await page.getByRole("button", { name: "Go to" }).click()
          await page.getByRole("group", { name: "Go to the middle" }).getByRole("button", { name: "Hallway" }).click()
          await page.locator("[data-target]").waitFor()
          await page.getByRole("button", { name: "Go there" }).click()
          await headline(page, "Driving to the point")
          await page.getByRole("button", { name: "Dock" }).click()
        })
        yield* setSpeed(speeds.home)
        yield* does(async () => {
          await headline(page, "Charging")
          const floor = page.getByRole("combobox", { name: "Floor" })
          await floor.locator("option").nth(1).waitFor({ state: "attached" })
          const [before, other] = await floor.locator("option").allTextContents()
          await floor.selectOption({ label: other ?? "" })
          await page.locator(".label text", { hasText: "Kitchen" }).waitFor({ state: "detached" })
          await page.locator(".room").first().waitFor()
          await floor.selectOption({ label: before ?? "" })
          await page.locator(".label text", { hasText: "Kitchen" }).waitFor()
        })
        assert.deepStrictEqual(complaints, [])
      }))

    it.scoped("is used with fingers on a phone: a tap chooses, one moves the map, two come closer", () =>
      Effect.gen(function*() {
        const address = yield* servedHome.serve()
        const { complaints, page } = yield* open(yield* Chromium, address, {
          viewport: { width: 390, height: 844 },
          hasTouch: true,
          isMobile: true
        })
        yield* does(async () => {
          await page.locator(".robot").waitFor()
          const fingers = await page.context().newCDPSession(page)
          const touch = (
            type: "touchStart" | "touchMove" | "touchEnd",
            ...places: ReadonlyArray<readonly [number, number]>
          ) =>
            fingers.send("Input.dispatchTouchEvent", { type, touchPoints: places.map(([x, y], id) => ({ x, y, id })) })
          const whole = await page.locator("svg.map").getAttribute("viewBox")
          await touch("touchStart", [170, 250])
          await touch("touchStart", [170, 250], [230, 250])
          await touch("touchMove", [140, 250], [260, 250])
          await touch("touchEnd")
          const closer = await seenAfter(page, whole)
          const widthOf = (box: string | null) => Number(box?.split(" ")[2])
          assert.closeTo(widthOf(closer), widthOf(whole) / 2, 2)
          await touch("touchStart", [200, 250])
          await touch("touchMove", [240, 280])
          await touch("touchEnd")
          const moved = await seenAfter(page, closer)
          assert.strictEqual(widthOf(moved), widthOf(closer))
          assert.strictEqual(await page.locator(".chip[aria-pressed='true']").count(), 0)
          await page.touchscreen.tap(200, 250)
          await page.locator(".chip[aria-pressed='true']").waitFor()
          const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth")
          assert.strictEqual(overflow, 0)
        })
        assert.deepStrictEqual(complaints, [])
      }))

    it.scoped("shows every device under its own name, also one that is not supported, with parts, history and schedules", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* opened
        yield* does(async () => {
          const upstairs = page.getByRole("button", { name: "<b>Upstairs</b>" })
          await upstairs.click()
          await page.locator("[aria-current='true']", { hasText: "<b>Upstairs</b>" }).waitFor()
          await page.getByRole("img", { name: /^Battery \d+ percent/ }).waitFor()
          assert.strictEqual(await page.locator("header b").count(), 0)
          const suction = page.getByRole("combobox", { name: "Suction" })
          const answered = page.waitForResponse(/commands$/)
          await suction.selectOption({ label: "Quiet" })
          assert.isTrue((await answered).ok())
          await page.reload()
          await suction.waitFor()
          assert.strictEqual(await suction.inputValue(), "quiet")
          await page.getByRole("tab", { name: "Care" }).click()
          page.on("dialog", (dialog) => void dialog.accept())
          await page.getByRole("button", { name: "Reset Filter" }).click()
          await page.locator(".notice", { hasText: "Filter: counter reset." }).waitFor()
          await page.getByRole("tab", { name: "Plans" }).click()
          await page.getByLabel("Time").fill("07:30")
          await page.getByRole("checkbox", { name: "Monday" }).check({ force: true })
          await page.getByRole("button", { name: "Add", exact: true }).click()
          await page.getByText("Monday at 07:30").waitFor()
          await page.getByRole("switch").click()
          await page.locator("[role=switch][aria-checked=false]").waitFor()
          await page.getByRole("tab", { name: "History" }).click()
          await page.getByText("Nothing has been cleaned yet.").waitFor()
          await page.getByRole("button", { name: "Window cleaner" }).click()
          await headline(page, "Not supported")
        })
        assert.deepStrictEqual(complaints, [])
      }))

    it.scoped("says since when a device is silent and why, and that it is back", () =>
      Effect.gen(function*() {
        const { page } = yield* opened
        const { robots: [robot], startBroker, stopBroker } = yield* Simulator.Simulator
        yield* does(() => page.locator(".robot").waitFor())
        yield* robot?.setLocal("closed") ?? Effect.void
        yield* stopBroker
        yield* does(async () => {
          await page.locator(".status .banner", { hasText: /What is shown is as of \d\d:\d\d/ }).waitFor()
          await page.locator(".map-trouble", { hasText: "Map as of" }).waitFor()
          await page.locator(".robot").waitFor()
        })
        yield* startBroker
        yield* robot?.setLocal("open") ?? Effect.void
        yield* does(() => page.locator(".status .banner").waitFor({ state: "detached" }))
      }))

    it.scoped("takes the token out of the address, and says when the server is gone", () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const address = yield* Scope.extend(servedHome.serve({ host: "0.0.0.0" }), scope)
        const browser = yield* Chromium
        const stranger = yield* open(browser, new URL("/", address).href)
        const { page } = yield* open(browser, address)
        yield* does(async () => {
          await stranger.page.getByText("it holds the token that lets you in").waitFor()
          await page.locator(".robot").waitFor()
          assert.notInclude(page.url(), "token")
        })
        yield* Scope.close(scope, Exit.void)
        yield* does(() => page.locator(".banner", { hasText: "No connection to roborock serve" }).waitFor())
      }))
  })
})
