export * as Endpoint from "./Endpoint.ts"
export * as MqttError from "./MqttError.ts"
export * as Transport from "./Transport.ts"
