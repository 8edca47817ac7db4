/** The files of the page, read once. */
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { extname } from "node:path"
import { pathToFileURL } from "node:url"

export interface Asset {
  readonly bytes: Uint8Array
  readonly type: string
  readonly etag: string
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml"
}

const pageFolder = new URL("../../../page/", import.meta.url)

const library = "/node_modules/lit-html/"

/** The modules of lit-html that the page's scripts import, and those that these import. */
const filesOfLibrary = ["lit-html.js", "directive.js", "directive-helpers.js", "directives/live.js"]

/** Where lit-html is installed; its entry for Node is in a folder of its own. */
const libraryFolder = (): URL => new URL("../", pathToFileURL(createRequire(import.meta.url).resolve("lit-html")))

const read = async (url: URL): Promise<Asset> => {
  const bytes = await readFile(url)
  return {
    bytes,
    type: types[extname(url.pathname)] ?? "application/octet-stream",
    etag: `"${createHash("sha256").update(bytes).digest("base64url")}"`
  }
}

const readAll = async (): Promise<ReadonlyMap<string, Asset>> => {
  const names = (await readdir(pageFolder)).filter((name) => Object.hasOwn(types, extname(name)))
  const folder = libraryFolder()
  const files = [
    ...names.map((name) => [name === "index.html" ? "/" : `/page/${name}`, new URL(name, pageFolder)] as const),
    ...filesOfLibrary.map((name) => [library + name, new URL(name, folder)] as const)
  ]
  return new Map(await Promise.all(files.map(async ([path, url]) => [path, await read(url)] as const)))
}

/** By the path of their address. They are part of this package: where they cannot be read, it is broken. */
export const load: Effect.Effect<ReadonlyMap<string, Asset>> = Effect.promise(readAll)
