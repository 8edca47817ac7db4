/** The client of a command, and what is said about its link. */
import type * as ClientEvent from "@effect-mqtt/connection/ClientEvent"
import * as MqttClient from "@effect-mqtt/connection/MqttClient"
import { AuthError, ConnectError } from "@effect-mqtt/connection/MqttError"
import { FileSessionStore, NodeTransport } from "@effect-mqtt/connection/node"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { OutputClosed } from "../../StandardStreams.ts"
import type { CommandError } from "../command/commandError.ts"
import { withFullStop } from "../command/fullStop.ts"
import type { ConnectionValues } from "./connectionTable.ts"
import * as loggedBytes from "./loggedBytes.ts"
import { fromMqtt } from "./mqttFailure.ts"
import type { Reporter } from "./reporter.ts"
import type { Settings } from "./settings.ts"

export type Client = MqttClient.MqttClient["Type"]

/** A client that gives up ends its command, which then tells why; for one that goes on nobody else does. */
const unlessOver = Effect.delay(Duration.millis(200))

const say = (reporter: Reporter, event: ClientEvent.ClientEvent): Effect.Effect<void> => {
  switch (event._tag) {
    case "Connected":
      return event.epoch === 1
        ? Effect.void
        : reporter.event("connected", { sessionPresent: event.negotiated.sessionPresent }, "Connected again.")
    case "Disconnected":
      // What the command itself ends is not news.
      return event.error.reason === "Closed"
        ? Effect.void
        : unlessOver(
          reporter.event("disconnected", { message: event.error.message }, withFullStop(event.error.message))
        )
    case "ConnectFailed":
      return event.attempt === 1
        ? Effect.void
        : unlessOver(
          reporter.event("connectFailed", { message: event.error.message }, withFullStop(event.error.message))
        )
    case "Dropped":
      return reporter.event(
        "dropped",
        { count: event.count, cause: event.cause },
        `${event.count} messages were dropped.`
      )
    default:
      return Effect.void
  }
}

/** Connected, until the scope closes. */
export const open = (
  settings: Settings,
  reporter: Reporter
): Effect.Effect<Client, CommandError, Scope.Scope> =>
  Effect.gen(function*() {
    const { sessionFolder, showsBytes } = settings
    const transport = NodeTransport.layerWith(settings.transport)
    const live = Layer.provide(
      MqttClient.layer(settings.client),
      showsBytes ? Layer.provide(loggedBytes.layer, transport) : transport
    )
    const context = yield* Layer.build(
      sessionFolder === undefined ? live : Layer.provide(live, FileSessionStore.layer({ directory: sessionFolder }))
    ).pipe(Effect.mapError(fromMqtt))
    const client = Context.get(context, MqttClient.MqttClient)
    yield* Effect.forkScoped(Effect.interruptible(Stream.runForEach(client.events, (event) => say(reporter, event))))
    return client
  })

/**
 * With `--reconnect always`, a refused password is tried again as well: it may be set up later. What the
 * command reads of its surroundings, such as standard input, is to be read before: there is no second time.
 */
export const persistently = (values: ConnectionValues, reporter: Reporter) =>
<A, R>(
  command: Effect.Effect<A, CommandError | OutputClosed, R>
): Effect.Effect<A, CommandError | OutputClosed, R> =>
  values.reconnect !== "always" ? command : command.pipe(
    Effect.tapError((error) => isLinkFailure(error) ? reporter.failure(error) : Effect.void),
    Effect.retry({ while: isLinkFailure, schedule: Schedule.spaced("5 seconds") })
  )

const isLinkFailure = (error: CommandError | OutputClosed): error is CommandError =>
  error._tag === "CommandError" && (error.cause instanceof AuthError || error.cause instanceof ConnectError)
