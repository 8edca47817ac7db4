/** Certificates and keys from the files that the options name. */
import type { NodeTransportOptions } from "@effect-mqtt/connection/node"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { file } from "../command/commandError.ts"
import type { ConnectionValues } from "./connectionTable.ts"
import { usage } from "./mqttFailure.ts"

export const readText = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(path)).pipe(
    Effect.mapError((cause) => file(path, "read", cause))
  )

const readFolder = (folder: string) =>
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const names = yield* Effect.mapError(files.readDirectory(folder), (cause) => file(folder, "read", cause))
    // OpenSSL names them by a hash and a number.
    const found = names.filter((name) => /\.(pem|crt|cer)$|^[0-9a-f]{8}\.\d+$/i.test(name))
    // With none, the authorities of the system would count, which nobody has asked for.
    if (found.length === 0) {
      return yield* usage(`${folder} holds no certificates`, "Their names end in .pem, .crt or .cer.")
    }
    return yield* Effect.forEach(found, (name) => readText(path.join(folder, name)))
  })

const optionally = <A, E, R>(path: string | undefined, read: (path: string) => Effect.Effect<A, E, R>) =>
  path === undefined ? Effect.succeed(undefined) : read(path)

type TlsValues = Pick<
  ConnectionValues,
  "alpn" | "caFile" | "caPath" | "cert" | "insecure" | "key" | "keyPassword" | "tlsVersion"
>

export const read = (values: TlsValues) =>
  Effect.gen(function*() {
    if (values.keyPassword !== undefined && values.key === undefined) {
      return yield* usage("There is no key for this password", "Name it with --key.")
    }
    // Alone, neither would be of use, and it would be the server that complains.
    if ((values.cert === undefined) !== (values.key === undefined)) {
      return yield* usage("A certificate and its key belong together", "Give both of --cert and --key.")
    }
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
