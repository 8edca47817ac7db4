import * as Aedes from "../brokers/aedes.ts"
import { user } from "../brokers/broker.ts"
import { aedes } from "../brokers/capabilities.ts"
import { table } from "./table.ts"

table({ can: aedes, make: Aedes.make, userName: user.name, version: aedes.name })
