/** How to reach a broker: the options that all commands with a connection share. */
import { willTable } from "./messageOptions.ts"
import * as spec from "./optionSpec.ts"
import * as readers from "./valueReader.ts"

const reconnectWords = readers.oneOf(
  "never|default|always",
  {
    never: "never",
    default: "default",
    always: "always"
  } as const
)

const endpoint = {
  url: spec.value(
    "url",
    readers.text,
    "mqtt(s)://, ws(s)://[user[:password]@]host[:port]/topic, or unix:///path.",
    "-L"
  ),
  host: spec.value("host", readers.text, "The broker's host; localhost by default.", "-h", "--hostname"),
  port: spec.value("port", readers.integer(1, 65535), "1883; with TLS 8883, with WebSocket 80 or 443.", "-p"),
  unix: spec.value("unix", readers.path, "A Unix socket in place of host and port."),
  ws: spec.flag("ws", "Over WebSocket."),
  wsPath: spec.value("ws-path", readers.text, "The path of the WebSocket; /mqtt by default."),
  wsHeader: spec.values("ws-header", readers.header, "A header of the WebSocket request.", "-wh"),
  proxy: spec.value("proxy", readers.text, "socks5h://[user:password@]host[:port], or http://host:port.")
}

const identity = {
  version: spec.value("protocol-version", readers.version, "5 (as is) or 311.", "-V", "--mqtt-version"),
  clientId: spec.value(
    "id",
    readers.text,
    "The client identifier; a random one by default.",
    "-i",
    "--client-id"
  ),
  idPrefix: spec.value("id-prefix", readers.text, "Begins the random identifier.", "-I"),
  username: spec.value("username", readers.text, "The user; MQTT_USERNAME in the environment.", "-u", "--user"),
  password: spec.value(
    "password",
    readers.text,
    "The password, visible to everybody who lists processes.",
    "-P",
    "--pw"
  ),
  passwordEnv: spec.value("password-env", readers.text, "The variable with the password; MQTT_PASSWORD by default."),
  passwordFile: spec.value("password-file", readers.path, "The file with the password in its first line."),
  askPassword: spec.flag("ask-password", "Asks for the password, without showing it."),
  authMethod: spec.value("auth-method", readers.text, "The method of enhanced authentication.", "-am"),
  authData: spec.value("auth-data", readers.text, "Its data."),
  connectUserProperties: spec.values(
    "connect-user-property",
    readers.userProperty,
    "A pair that CONNECT carries.",
    "-Cup"
  ),
  property: spec.properties("property", "A property of connect, publish, subscribe or will.", "-D"),
  config: spec.value("config", readers.path, "A file of defaults, one option a line; MQTT_CONFIG in the environment.")
}

const session = {
  keepAlive: spec.value("keepalive", readers.integer(0, 65535), "Seconds; 60 by default.", "-k"),
  persistent: spec.flag("no-clean", "Keeps the session: needs --id.", "-c", "--disable-clean-session"),
  sessionExpiry: spec.value("session-expiry", readers.expiry, "How long the broker keeps the session.", "-x"),
  sessionFolder: spec.value("session-dir", readers.path, "Where our half of a kept session is stored."),
  receiveMaximum: spec.value(
    "receive-max",
    readers.integer(1, 65535),
    "Unacknowledged messages to us.",
    "--receive-maximum"
  ),
  maxInFlight: spec.value("max-inflight", readers.integer(1, 65535), "Unacknowledged messages to the broker.", "-M"),
  maxPacket: spec.value(
    "max-packet-size",
    readers.integer(1, 268_435_460),
    "The largest packet to us.",
    "--maximum-packet-size"
  ),
  topicAliases: spec.value(
    "topic-alias-max",
    readers.integer(0, 65535),
    "Topic aliases to us.",
    "--topic-alias-maximum"
  ),
  responseInfo: spec.flag(
    "request-response-info",
    "Asks for the topic of responses, as is always done in MQTT 5.",
    "--req-response-info"
  ),
  noProblemInfo: spec.flag(
    "no-problem-info",
    "Asks the broker not to say more of a problem than its reason code.",
    "--no-req-problem-info"
  ),
  reconnect: spec.value("reconnect", reconnectWords, "After a lost link; with `always` even after a refused password."),
  maxReconnects: spec.value("max-reconnects", readers.integer(0, 1_000_000), "Attempts before it gives up."),
  maxReconnectDelay: spec.value("max-reconnect-delay", readers.seconds, "The longest pause between two; 60 by default.")
}

const tls = {
  tls: spec.flag("tls", "TLS, with the authorities that come with Node.", "--tls-use-os-certs", "--secure"),
  caFile: spec.value("cafile", readers.path, "Who may sign the broker's certificate (PEM).", "--ca"),
  caPath: spec.value("capath", readers.path, "A folder of such files."),
  cert: spec.value("cert", readers.path, "Our certificate (PEM)."),
  key: spec.value("key", readers.path, "Its key (PEM)."),
  keyPassword: spec.value("key-password", readers.text, "The key's password.", "--keypw"),
  insecure: spec.flag("insecure", "Trusts any certificate. Not for anything that matters."),
  alpn: spec.values("alpn", readers.text, "A protocol to offer.", "--tls-alpn"),
  tlsVersion: spec.value(
    "tls-version",
    readers.oneOf("tlsv1.2|tlsv1.3", { "tlsv1.2": "TLSv1.2", "tlsv1.3": "TLSv1.3" } as const),
    "The lowest version."
  )
}

/** Keys of the will are apart from those of the message that `pub` sends. */
const will = {
  willTopic: willTable.topic,
  willPayload: willTable.payload,
  willQos: willTable.qos,
  willRetain: willTable.retain,
  willDelay: willTable.delay,
  willExpiry: willTable.expiry,
  willContentType: willTable.contentType,
  willResponseTopic: willTable.responseTopic,
  willCorrelation: willTable.correlation,
  willIsText: willTable.isText,
  willUserProperties: willTable.userProperties
}

/** How much is said, and in what form. */
export const speech = {
  json: spec.flag("json", "Results, events and errors as JSON, one per line."),
  quiet: spec.flag("quiet", "No warnings, events or errors."),
  debug: spec.flag("debug", "Every packet, on standard error.", "-d")
}

export const connectionTable = {
  ...endpoint,
  ...identity,
  ...session,
  ...tls,
  ...will,
  ...speech,
  debugBytes: spec.flag("debug-bytes", "The same, and all bytes but those of credentials.", "-dd")
}

export type ConnectionValues = spec.ValuesOf<typeof connectionTable>
export type SpeechValues = spec.ValuesOf<typeof speech>
