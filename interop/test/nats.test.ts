import { user } from "../brokers/broker.ts"
import { nats } from "../brokers/capabilities.ts"
import * as Nats from "../brokers/nats.ts"
import { table } from "./table.ts"

table({ can: nats, make: Nats.make, userName: user.name, version: Nats.version })
