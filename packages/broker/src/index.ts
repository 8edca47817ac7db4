/**
 * Who may connect, and what they may publish and subscribe to.
 *
 * @since 0.1.0
 */
export * as AccessControl from "./AccessControl.ts"

/**
 * An MQTT 3.1.1 and 5.0 broker inside the program.
 *
 * @since 0.1.0
 */
export * as Broker from "./Broker.ts"

/**
 * What can go wrong for a program that uses the broker.
 *
 * @since 0.1.0
 */
export * as BrokerError from "./BrokerError.ts"

/**
 * Everything that a program with an `MqttClient` needs to run in a test.
 *
 * @since 0.1.0
 */
export * as BrokerTest from "./BrokerTest.ts"

/**
 * What a broker offers its clients, for trying out how a program gets on with less.
 *
 * @since 0.1.0
 */
export * as Capabilities from "./Capabilities.ts"

/**
 * What can be made to go wrong between a broker and its clients, for tests of how a program copes.
 *
 * @since 0.1.0
 */
export * as Fault from "./Fault.ts"

/**
 * What a broker lets its clients make it hold, and for how long.
 *
 * @since 0.1.0
 */
export * as Limits from "./Limits.ts"

/**
 * A message as the broker took it in.
 *
 * @since 0.1.0
 */
export * as PublishedMessage from "./PublishedMessage.ts"

/**
 * What was published, for tests that say what they expect.
 *
 * @since 0.1.0
 */
export * as Recorder from "./Recorder.ts"

/**
 * A server that does nothing by itself: a test reads and writes every packet.
 *
 * @since 0.1.0
 */
export * as ScriptedServer from "./ScriptedServer.ts"
