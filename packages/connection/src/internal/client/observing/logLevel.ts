import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as LogLevel from "effect/LogLevel"
import type * as Runtime from "effect/Runtime"

/** Whether anybody would see it: asking takes no fiber, and annotations are only made for what is logged. */
export const isLogged = ({ fiberRefs }: Runtime.Runtime<never>, level: LogLevel.LogLevel): boolean =>
  LogLevel.lessThanEqual(FiberRefs.getOrDefault(fiberRefs, FiberRef.currentMinimumLogLevel), level)
