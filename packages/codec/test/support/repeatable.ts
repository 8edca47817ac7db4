// By its own path: the barrel takes longer to load than most mutants to fall.
import * as fc from "effect/FastCheck"

fc.configureGlobal({ endOnFailure: true, seed: 42 })
