/**
 * Metrics of all clients and connections of a program, counted once for each batch of packets. For one
 * client alone there is `stats`.
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"

const counter = (name: string, description: string) => Metric.counter(name, { description, incremental: true })

/**
 * MQTT packets written.
 *
 * @since 0.1.0
 * @category metrics
 */
export const packetsSent = counter("mqtt_packets_sent_total", "MQTT packets written")

/**
 * MQTT packets read.
 *
 * @since 0.1.0
 * @category metrics
 */
export const packetsReceived = counter("mqtt_packets_received_total", "MQTT packets read")

/**
 * Bytes of the packets written.
 *
 * @since 0.1.0
 * @category metrics
 */
export const bytesSent = counter("mqtt_bytes_sent_total", "Bytes of MQTT packets written")

/**
 * Bytes read.
 *
 * @since 0.1.0
 * @category metrics
 */
export const bytesReceived = counter("mqtt_bytes_received_total", "Bytes of MQTT packets read")

/**
 * Application messages received, before anything is dropped.
 *
 * @since 0.1.0
 * @category metrics
 */
export const messagesReceived = counter("mqtt_messages_received_total", "Application messages received")

/**
 * Publishes that were written (QoS 0) or acknowledged.
 *
 * @since 0.1.0
 * @category metrics
 */
export const publishesOk = counter("mqtt_publishes_ok_total", "Publishes written (QoS 0) or acknowledged")

/**
 * Publishes that failed after they were handed over.
 *
 * @since 0.1.0
 * @category metrics
 */
export const publishesFailed = counter("mqtt_publishes_failed_total", "Publishes that failed")

/**
 * Milliseconds from a PUBLISH to its PUBACK or PUBREC: one observation for each batch of acknowledgements that came
 * in together, which is their mean.
 *
 * @since 0.1.0
 * @category metrics
 */
export const publishRoundTrip = Metric.histogram(
  "mqtt_publish_round_trip_milliseconds",
  MetricBoundaries.fromIterable([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000]),
  "Milliseconds from PUBLISH to its acknowledgement, by batch"
)

/**
 * QoS 1 and 2 publishes that are written, or about to be, and not acknowledged.
 *
 * @since 0.1.0
 * @category metrics
 */
export const publishesInFlight = Metric.gauge("mqtt_publishes_in_flight", {
  description: "Publishes without acknowledgement"
})

/**
 * Publishes that wait for a link or for a place among those in flight.
 *
 * @since 0.1.0
 * @category metrics
 */
export const publishesQueued = Metric.gauge("mqtt_publishes_queued", { description: "Publishes that wait to be sent" })
