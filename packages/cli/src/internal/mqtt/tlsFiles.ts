/** Certificates and keys from the files that the options name. */
import type { NodeTransportOptions } from "@effect-mqtt/connection/node"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { file } from "../command/commandError.ts"
import type { ConnectionValues } from "./connectionTable.ts"

export const readText = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(path)).pipe(
    Effect.mapError((cause) => file(path, "read", cause))
  )

const readFolder = (folder: string) =>
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const names = yield* Effect.mapError(files.readDirectory(folder), (cause) => file(folder, "read", cause))
    return yield* Effect.forEach(
      names.filter((name) => /\.(pem|crt|cer)$/i.test(name)),
      (name) => readText(path.join(folder, name))
    )
  })

const optionally = <A, E, R>(path: string | undefined, read: (path: string) => Effect.Effect<A, E, R>) =>
  path === undefined ? Effect.succeed(undefined) : read(path)

export const read = (values: ConnectionValues) =>
  Effect.gen(function*() {
    const authority = yield* optionally(values.caFile, readText)
    const authorities = yield* optionally(values.caPath, readFolder)
    const ca = [...authority === undefined ? [] : [authority], ...authorities ?? []]
    const certificate = yield* optionally(values.cert, readText)
    const key = yield* optionally(values.key, readText)
    const options: NodeTransportOptions.TlsOptions = {
      ca: ca.length === 0 ? undefined : ca,
      certificate,
      key: key === undefined ? undefined : Redacted.make(key),
      passphrase: values.keyPassword === undefined ? undefined : Redacted.make(values.keyPassword),
      alpnProtocols: values.alpn.length === 0 ? undefined : values.alpn,
      verify: !values.insecure,
      minVersion: values.tlsVersion
    }
    return options
  })
