import { ejabberd } from "../brokers/capabilities.ts"
import * as Ejabberd from "../brokers/ejabberd.ts"
import { table } from "./table.ts"

table({ can: ejabberd, make: Ejabberd.make, userName: Ejabberd.userName, version: Ejabberd.version })
