/** What is measured, as a module of its own: it is loaded twice, with and without `globalThis.Buffer`. */
export * as Decoder from "@effect-mqtt/codec/Decoder"
export * as Encoder from "@effect-mqtt/codec/Encoder"
