import { DiscoveryBroadcast, LocalChannel, LocalDiscovery, LocalNetwork, RoborockApi } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { NodeSimulator } from "@effect-mqtt/roborock-simulator/node"
import { NodeLocalNetwork } from "@effect-mqtt/roborock/node"
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import * as Dgram from "node:dgram"

const simulated = Layer.mergeAll(
  NodeSimulator.layer({
    broadcastEvery: "500 millis",
    robots: [{ name: "Up" }, { name: "Down", localVersion: "L01" }]
  }),
  NodeHttpClient.layerUndici,
  NodeLocalNetwork.layer
)

/** A port that another program has for itself. */
const takenPort = Effect.acquireRelease(
  Effect.async<Dgram.Socket>((resume) => {
    const socket = Dgram.createSocket("udp4")
    socket.bind(0, () => resume(Effect.succeed(socket)))
  }),
  (socket) => Effect.sync(() => socket.close())
).pipe(Effect.map((socket) => socket.address().port))

describe("NodeLocalNetwork", () => {
  it.live(
    "finds simulated robots by their broadcasts, and connects to each at its own address",
    () =>
      Effect.gen(function*() {
        const { account, baseUrl, robots } = yield* Simulator.Simulator
        const api = yield* RoborockApi.make({ baseUrl })
        const userData = yield* api.login({ email: account.email, password: account.password })
        const { devices } = yield* api.homeData(userData, (yield* api.homeDetail(userData)).homeId)
        const discovery = yield* LocalDiscovery.make
        for (const [index, version] of (["1.0", "L01"] as const).entries()) {
          const robot = robots[index]
          const device = devices.find(({ duid }) => duid === robot?.duid)
          assert.isDefined(robot)
          assert.isDefined(device)
          const sighting = (yield* discovery.last(robot.duid)) ?? (yield* discovery.sightings.pipe(
            Stream.filter(({ duid }) => duid === robot.duid),
            Stream.runHead,
            Effect.flatten
          ))
          assert.deepInclude(sighting, { ip: robot.host ?? "none", version })
          const channel = yield* LocalChannel.make({
            host: sighting.ip,
            localKey: device.localKey,
            versions: [sighting.version],
            onFrames: () => Effect.void
          })
          assert.strictEqual(channel.version, version)
        }
      }).pipe(Effect.scoped, Effect.provide(simulated)),
    25_000
  )

  it.live("shares the discovery port, and fails typed where nobody listens", () =>
    Effect.gen(function*() {
      const network = yield* LocalNetwork.LocalNetwork
      const first = yield* Effect.forkScoped(Stream.runDrain(network.datagrams(DiscoveryBroadcast.port)))
      const second = yield* Effect.forkScoped(Stream.runDrain(network.datagrams(DiscoveryBroadcast.port)))
      // Nothing listens on the discard port of the loopback interface.
      assert.strictEqual((yield* Effect.flip(network.connect("127.0.0.1", 9)))._tag, "TransportError")
      const taken = yield* takenPort
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(network.datagrams(taken))))._tag, "TransportError")
      assert.isNull(first.unsafePoll())
      assert.isNull(second.unsafePoll())
    }).pipe(Effect.scoped, Effect.provide(NodeLocalNetwork.layer)))
})
