import * as DyadCodes from "@effect-mqtt/roborock/DyadCodes"
import * as ZeoCodes from "@effect-mqtt/roborock/ZeoCodes"
import { v1Products } from "./v1/product.ts"

/** Robots that can be had. */
export type VacuumProduct = "S4" | "S7" | "Qrevo Master" | "Q7" | "Q10"

/** Other machines that can be had. */
export type ApplianceProduct = "Dyad" | "Zeo"

/** A data point as the home data describes it. */
export interface SchemaEntry {
  readonly id: number
  readonly code: string
  readonly mode: "ro" | "rw" | "wo"
  readonly type: "RAW" | "ENUM" | "VALUE"
}

/** What a product is in the home data. */
export interface Product {
  readonly id: string
  readonly model: string
  readonly name: string
  readonly firmware: string
  readonly category: "robot.vacuum.cleaner" | "roborock.wetdryvac" | "roborock.wm"
  readonly protocolVersion: "1.0" | "A01" | "B01"
  readonly schema: ReadonlyArray<SchemaEntry>
  /** The feature bits of the device, where it has some. */
  readonly featureSet: string | null
  readonly newFeatureSet: string | null
}

type Row = readonly [id: number, code: string, mode: SchemaEntry["mode"], type: SchemaEntry["type"]]

const schemaOf = (rows: ReadonlyArray<Row>): ReadonlyArray<SchemaEntry> =>
  rows.map(([id, code, mode, type]) => ({ id, code, mode, type }))

const v1Schema = schemaOf([
  [101, "rpc_request", "rw", "RAW"],
  [102, "rpc_response", "rw", "RAW"],
  [120, "error_code", "ro", "ENUM"],
  [121, "state", "ro", "ENUM"],
  [122, "battery", "ro", "ENUM"],
  [123, "fan_power", "rw", "ENUM"],
  [124, "water_box_mode", "rw", "ENUM"],
  [125, "main_brush_life", "rw", "VALUE"],
  [126, "side_brush_life", "rw", "VALUE"],
  [127, "filter_life", "rw", "VALUE"],
  [128, "additional_props", "ro", "RAW"],
  [130, "task_complete", "ro", "RAW"],
  [131, "task_cancel_low_power", "ro", "RAW"],
  [132, "task_cancel_in_motion", "ro", "RAW"],
  [133, "charge_status", "ro", "RAW"],
  [134, "drying_status", "ro", "RAW"]
])

const b01Schema = schemaOf([
  [101, "rpc_request", "rw", "RAW"],
  [102, "rpc_response", "rw", "RAW"],
  [120, "error_code", "ro", "ENUM"],
  [121, "state", "ro", "VALUE"],
  [122, "battery", "ro", "ENUM"],
  [123, "fan_power", "rw", "ENUM"],
  [124, "water_box_mode", "rw", "RAW"],
  [125, "main_brush_life", "ro", "ENUM"],
  [126, "side_brush_life", "ro", "ENUM"],
  [127, "filter_life", "ro", "ENUM"],
  [135, "offline_status", "ro", "ENUM"],
  [136, "clean_times", "rw", "ENUM"],
  [137, "cleaning_preference", "rw", "ENUM"],
  [138, "clean_task_type", "ro", "ENUM"],
  [139, "back_type", "ro", "ENUM"],
  [141, "cleaning_progress", "ro", "ENUM"],
  [142, "fc_state", "ro", "RAW"],
  [201, "start_clean_task", "wo", "ENUM"],
  [202, "start_back_dock_task", "wo", "ENUM"],
  [203, "start_dock_task", "wo", "ENUM"],
  [204, "pause", "wo", "RAW"],
  [205, "resume", "wo", "RAW"],
  [206, "stop", "wo", "RAW"]
])

const a01Schema = (names: ReadonlyMap<number, string>): ReadonlyArray<SchemaEntry> =>
  schemaOf(Array.from(names, ([id, code]) => [id, code, "rw", id < 10_000 ? "VALUE" : "RAW"]))

const vacuum = (v1: (typeof v1Products)[keyof typeof v1Products]): Product => ({
  id: v1.id,
  model: v1.model,
  name: v1.name,
  firmware: v1.firmware,
  category: "robot.vacuum.cleaner",
  protocolVersion: "1.0",
  schema: v1Schema,
  featureSet: String(v1.featureInfo),
  newFeatureSet: v1.featureText
})

export const products: Readonly<Record<VacuumProduct | ApplianceProduct, Product>> = {
  S4: vacuum(v1Products.S4),
  S7: vacuum(v1Products.S7),
  "Qrevo Master": vacuum(v1Products["Qrevo Master"]),
  Q7: {
    id: "simulated-q7",
    model: "roborock.vacuum.sc01",
    name: "Roborock Q7 Series",
    firmware: "03.01.71",
    category: "robot.vacuum.cleaner",
    protocolVersion: "B01",
    schema: b01Schema,
    featureSet: null,
    newFeatureSet: null
  },
  Q10: {
    id: "simulated-q10",
    model: "roborock.vacuum.ss07",
    name: "Roborock Q10 Series",
    firmware: "03.10.00",
    category: "robot.vacuum.cleaner",
    protocolVersion: "B01",
    schema: b01Schema,
    featureSet: null,
    newFeatureSet: null
  },
  Dyad: {
    id: "simulated-dyad",
    model: "roborock.wetdryvac.a56",
    name: "Roborock Dyad Pro",
    firmware: "02.08.00",
    category: "roborock.wetdryvac",
    protocolVersion: "A01",
    schema: a01Schema(DyadCodes.dataPointNames),
    featureSet: "0",
    newFeatureSet: "0"
  },
  Zeo: {
    id: "simulated-zeo",
    model: "roborock.wm.a102",
    name: "Roborock Zeo One",
    firmware: "01.00.94",
    category: "roborock.wm",
    protocolVersion: "A01",
    schema: a01Schema(ZeoCodes.dataPointNames),
    featureSet: "0",
    newFeatureSet: "40"
  }
}
