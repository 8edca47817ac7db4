import { user } from "../brokers/broker.ts"
import { mosquitto } from "../brokers/capabilities.ts"
import * as Mosquitto from "../brokers/mosquitto.ts"
import { table } from "./table.ts"

table({ can: mosquitto, make: Mosquitto.make, userName: user.name, version: Mosquitto.version })
