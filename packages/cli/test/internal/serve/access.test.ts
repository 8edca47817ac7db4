import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import * as access from "../../../src/internal/serve/access.ts"

const token = Redacted.make("Vv3-not-to-be-guessed")

const local: access.Rules = { token: undefined, loopback: true, names: [], cookie: "roborock_8580" }
const open: access.Rules = { token, loopback: false, names: ["0.0.0.0", "robots.example"], cookie: "roborock_8580" }

const page: access.Facts = {
  method: "GET",
  path: "/",
  host: "127.0.0.1:8580",
  origin: undefined,
  fetchSite: "none",
  contentType: undefined,
  token: undefined,
  pass: undefined
}

const command: access.Facts = {
  ...page,
  method: "POST",
  path: "/api/devices/one/commands",
  origin: "http://127.0.0.1:8580",
  fetchSite: "same-origin",
  contentType: "application/json"
}

const statusOf = (facts: access.Facts, rules: access.Rules) => {
  const decision = access.decide(facts, rules)
  return decision._tag === "Refuse" ? decision.status : decision._tag
}

describe("on this machine only", () => {
  it("lets the page and its commands through", () => {
    assert.strictEqual(statusOf(page, local), "Allow")
    assert.strictEqual(statusOf(command, local), "Allow")
    for (const host of ["localhost:8580", "LOCALHOST:8580", "[::1]:8580", "127.0.0.1"]) {
      assert.strictEqual(statusOf({ ...page, host }, local), "Allow", host)
    }
  })

  it("refuses every other name: it may be somebody's that leads here", () => {
    const hosts = [
      "evil.example:8580",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "192.168.1.5",
      "",
      "a b",
      "127.0.0.1/x"
    ]
    for (const host of [...hosts, undefined]) assert.strictEqual(statusOf({ ...page, host }, local), 403, host)
    assert.strictEqual(statusOf({ ...page, host: "robots.example" }, { ...local, names: ["Robots.example"] }), "Allow")
  })

  it("refuses what pages of others send, and lets a link to it be followed", () => {
    assert.strictEqual(statusOf({ ...page, fetchSite: "cross-site" }, local), "Allow")
    assert.strictEqual(statusOf({ ...page, path: "/api/events", fetchSite: "cross-site" }, local), 403)
    for (
      const change of [
        { fetchSite: "cross-site" },
        { fetchSite: "same-site" },
        { fetchSite: undefined, origin: "http://evil.example" },
        { fetchSite: undefined, origin: "http://127.0.0.1:9999" },
        { fetchSite: undefined, origin: "null" },
        { origin: "http://evil.example" }
      ]
    ) {
      assert.strictEqual(statusOf({ ...command, ...change }, local), 403, JSON.stringify(change))
    }
    assert.strictEqual(statusOf({ ...command, path: "/", fetchSite: "cross-site" }, local), 403)
  })

  it("takes commands as JSON only, which forms cannot send", () => {
    const types = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", undefined]
    for (const contentType of types) assert.strictEqual(statusOf({ ...command, contentType }, local), 415, contentType)
    assert.strictEqual(statusOf({ ...command, contentType: "Application/JSON; charset=utf-8" }, local), "Allow")
  })

  it("lets programs through that are no browser", () => {
    assert.strictEqual(statusOf({ ...command, origin: undefined, fetchSite: undefined }, local), "Allow")
  })
})

describe("where others reach it", () => {
  const pass = access.passOf(token)

  it("asks for the token, once, and then for what the cookie says", () => {
    assert.strictEqual(statusOf(page, open), 401)
    assert.strictEqual(statusOf(command, open), 401)
    assert.deepStrictEqual(access.decide({ ...page, token: Redacted.value(token) }, open), { _tag: "Enter", pass })
    assert.strictEqual(statusOf({ ...page, pass }, open), "Allow")
    assert.strictEqual(statusOf({ ...command, pass }, open), "Allow")
  })

  it("refuses wrong ones, of any length", () => {
    for (const wrong of ["", "Vv3", `${Redacted.value(token)}x`, pass, "é"]) {
      assert.strictEqual(statusOf({ ...page, token: wrong }, open), 401, wrong)
      if (wrong !== pass) assert.strictEqual(statusOf({ ...page, pass: wrong }, open), 401, wrong)
    }
    assert.strictEqual(statusOf({ ...page, pass: access.passOf(Redacted.make("another")) }, open), 401)
  })

  it("takes the token on the page only, and never tells it", () => {
    assert.strictEqual(statusOf({ ...page, path: "/api/events", token: Redacted.value(token) }, open), 401)
    assert.strictEqual(statusOf({ ...command, token: Redacted.value(token) }, open), 401)
    assert.notInclude(pass, Redacted.value(token))
  })

  it("is opened by address or by a name of its own, and by no other name", () => {
    for (const host of ["192.168.1.5:8580", "[fd00::1]:8580", "robots.example", "localhost:8580"]) {
      assert.strictEqual(statusOf({ ...page, host, pass }, open), "Allow", host)
    }
    assert.strictEqual(statusOf({ ...page, host: "evil.example", pass }, open), 403)
    assert.strictEqual(statusOf({ ...command, pass, host: "192.168.1.5:8580" }, open), 403, "origin is another host")
  })
})
