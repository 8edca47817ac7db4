import { FastCheck as fc } from "effect"

fc.configureGlobal({ endOnFailure: true, seed: 42 })
