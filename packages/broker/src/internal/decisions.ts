/** Whether a hook gave a decision: in a program without types it may give anything, and that must let nobody in. */
import * as Predicate from "effect/Predicate"
import type { AuthenticationStep, ConnectDecision } from "../AccessControl.ts"
import * as Reason from "./reason.ts"

export const isConnectDecision = (given: unknown): given is ConnectDecision =>
  Predicate.isBoolean(given) || Reason.isConnectRefusal(given)

export const isStep = (given: unknown): given is AuthenticationStep =>
  Predicate.isTagged(given, "Accept") || Predicate.isTagged(given, "Challenge") ||
  (Predicate.isTagged(given, "Refuse") && "reason" in given && Reason.isConnectRefusal(given.reason))
