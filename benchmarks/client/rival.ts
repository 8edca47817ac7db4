/** MQTT.js, as its documentation shows it: callbacks, or promises where the job says "chunked". */
import type { IClientOptions, MqttClient } from "mqtt"
import { finish, job, measure, measureMemory, measureRoundTrips, payload, startClock } from "./contestant.ts"
import { dataFilter, endTopic, sendTopic, spreadFilters, topics, type Wish } from "./job.ts"

const { default: mqtt } = await import("mqtt")

// Its packets go through Buffer methods, so users give it Buffers.
const message = Buffer.from(payload)

const open = (options?: IClientOptions): Promise<MqttClient> =>
  mqtt.connectAsync(`mqtt://127.0.0.1:${job.port}`, {
    protocolVersion: job.version,
    properties: job.version === 5 ? { receiveMaximum: job.inFlight } : {},
    ...options
  })

const barrier = (client: MqttClient): Promise<unknown> => client.publishAsync(endTopic, "", { qos: 1 })

const publishWithCallbacks = (client: MqttClient, count: number): Promise<void> =>
  new Promise((resolve, reject) => {
    let started = 0
    let finished = 0
    const next = () => {
      if (started === count) return
      client.publish(topics[started++ % topics.length], message, { qos: job.qos }, onDone)
    }
    const onDone = (error?: Error | null) => {
      if (error) return reject(error)
      if (++finished === count) resolve()
      else next()
    }
    for (let slot = 0; slot < job.inFlight; slot++) next()
  })

const publishWithPromises = async (client: MqttClient, count: number): Promise<void> => {
  let started = 0
  const slot = async () => {
    while (started < count) await client.publishAsync(topics[started++ % topics.length], message, { qos: job.qos })
  }
  await Promise.all(Array.from({ length: job.inFlight }, slot))
}

const publish = async () => {
  const client = await open()
  const send = job.api === "idiomatic" ? publishWithCallbacks : publishWithPromises
  return measure(async (count) => {
    await send(client, count)
    await barrier(client)
  })
}

const receive = async () => {
  const client = await open()
  let received = 0
  let wanted = 0
  let onAll = () => {}
  client.on("message", () => {
    if (++received === wanted) onAll()
  })
  if (job.kind === "spread") await client.subscribeAsync([...spreadFilters], { qos: job.qos })
  else await client.subscribeAsync(dataFilter, { qos: job.qos })
  return measure(async (count) => {
    wanted = received + count
    const all = new Promise<void>((resolve) => {
      onAll = resolve
    })
    const wish: Wish = { count, qos: job.qos, inFlight: job.inFlight }
    await client.publishAsync(sendTopic, JSON.stringify(wish), { qos: 1 })
    await all
    await barrier(client)
  })
}

const roundTrip = async () => {
  const client = await open()
  await client.subscribeAsync("echo", { qos: job.qos })
  return measureRoundTrips(() =>
    new Promise((resolve, reject) => {
      client.once("message", () => resolve())
      client.publish("echo", message, { qos: job.qos }, (error) => error && reject(error))
    })
  )
}

const resume = async () => {
  const client = await open({ clientId: `resume-${job.count}`, clean: false, reconnectPeriod: 1 })
  const read = startClock()
  await Promise.all(
    Array.from(
      { length: job.count },
      (_, index) => client.publishAsync(topics[index % topics.length], message, { qos: 1 })
    )
  )
  return { ...read(), messages: job.count }
}

const idle = () => measureMemory(async () => void await open())

const start = async () => {
  await open()
  const { system, user } = process.cpuUsage()
  return { cpuMicros: system + user, wallMillis: performance.now(), messages: 0 }
}

const works = { publish, receive, spread: receive, roundTrip, resume, idle, start }
finish(await works[job.kind]())
