import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { userInfo } from "node:os"
import { join } from "node:path"

export const program = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto"]
  .find(existsSync)

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

const isListening = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host: "127.0.0.1", port })
    socket.on("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.on("error", () => resolve(false))
  })

/** Mosquitto with persistence, which drops no message however many wait. */
export const start = async (
  path: string,
  directory: string
): Promise<{ readonly url: string; readonly stop: () => void }> => {
  const port = await freePort()
  const config = join(directory, "mosquitto.conf")
  writeFileSync(
    config,
    [
      `listener ${port} 127.0.0.1`,
      `user ${userInfo().username}`,
      "allow_anonymous true",
      "max_queued_messages 0",
      "max_inflight_messages 100",
      "persistence true",
      `persistence_location ${directory}/`,
      ""
    ].join("\n")
  )
  const child: ChildProcess = spawn(path, ["-c", config], { stdio: "ignore" })
  while (!(await isListening(port))) await new Promise((resolve) => setTimeout(resolve, 20))
  return { url: `mqtt://127.0.0.1:${port}`, stop: () => child.kill("SIGKILL") }
}
