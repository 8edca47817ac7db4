/** `roborock simulate` */
import { NodeSimulator } from "@effect-mqtt/roborock-simulator/node"
import * as Simulator from "@effect-mqtt/roborock-simulator/Simulator"
import type { SimulatorError } from "@effect-mqtt/roborock-simulator/SimulatorError"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as RoborockAccountOutput from "../../../RoborockAccountOutput.ts"
import { file } from "../../command/commandError.ts"
import * as output from "../output.ts"
import { failure } from "../roborockFailure.ts"
import { optional, shared } from "../sharedOptions.ts"
import * as simulatedHome from "../simulatedHome.ts"

const port = (name: string, what: string) =>
  Options.integer(name).pipe(
    Options.withDefault(0),
    Options.withDescription(`Port of the ${what}; any free one by default.`)
  )

const options = {
  json: shared.json,
  port: port("port", "web API"),
  mqttPort: port("mqtt-port", "broker"),
  speed: Options.float("speed").pipe(
    Options.withDefault(1),
    Options.withDescription("How many times as fast as real time robots drive, clean and charge.")
  ),
  robot: Options.text("robot").pipe(
    Options.repeated,
    Options.withDescription("The name of a robot, once for each; one called \"Living room\" by default.")
  ),
  seed: optional(Options.text("seed").pipe(Options.withDescription("Decides all ids, keys and tokens.")))
}

type Simulation = typeof RoborockAccountOutput.Simulation.Type

const isPort = (port: number): boolean => port >= 0 && port <= 65_535

const describe = (simulator: Simulator.Simulator["Type"], folder: string): Simulation => {
  const { account, baseUrl, mqttUrl, robots } = simulator
  // Nothing real is behind it, and people have to know it.
  const password = Redacted.value(account.password)
  return {
    baseUrl,
    mqttUrl,
    email: account.email,
    password,
    code: account.code,
    robots: robots.map(({ duid, host, name }) => ({ name, id: duid, host: host ?? null })),
    environment: {
      ROBOROCK_BASE_URL: baseUrl,
      ROBOROCK_EMAIL: account.email,
      ROBOROCK_PASSWORD: password,
      ROBOROCK_CONFIG_DIR: folder
    }
  }
}

const text = ({ baseUrl, code, environment, mqttUrl, robots }: Simulation): string =>
  [
    `Simulated cloud at ${baseUrl}, broker at ${mqttUrl}, until ctrl-c.`,
    ...robots.map(({ host, name }) => `${name} is on the home network at ${host ?? "no address"}.`),
    "",
    "To use it from another terminal:",
    ...Object.entries(environment).map(([name, value]) => `  export ${name}='${value}'`),
    "  roborock status",
    "",
    `The code of an e-mail is always ${code}.`
  ].join("\n")

const sentenceOf = (error: SimulatorError) =>
  failure("Failed", error.message.replace(/\.$/, ""), "Choose other ports with --port and --mqtt-port.", error)

export const command = Command.make("simulate", options, (values) =>
  Effect.gen(function*() {
    if (!isPort(values.port) || !isPort(values.mqttPort)) {
      return yield* failure("Usage", "A port has to be from 0 to 65535")
    }
    if (!(values.speed > 0 && values.speed <= 1000)) {
      return yield* failure("Usage", "--speed has to be above 0, up to 1000")
    }
    const files = yield* FileSystem.FileSystem
    // Commands that use the simulator should not mix what they keep with that of a real account.
    const folder = yield* Effect.mapError(
      files.makeTempDirectoryScoped({ prefix: "roborock-simulated-" }),
      (cause) => file("of the temporary folder", "written", cause)
    )
    const layer = NodeSimulator.layer({
      webPort: values.port,
      mqttPort: values.mqttPort,
      speed: values.speed,
      seed: values.seed,
      ...simulatedHome.floors,
      robots: (values.robot.length === 0 ? ["Living room"] : values.robot).map(simulatedHome.robot)
    })
    return yield* Effect.gen(function*() {
      const simulation = describe(yield* Simulator.Simulator, folder)
      yield* output.write(values.json, simulation, () => text(simulation))
      return yield* Effect.never
    }).pipe(
      Effect.provide(layer),
      Effect.catchTag("SimulatorError", sentenceOf)
    )
  }).pipe(Effect.scoped))
