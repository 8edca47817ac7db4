/** The table that every broker is held to, in the order in which it runs. */
import type { Scenario } from "./scenario.ts"
import * as Links from "./scenarios/links.ts"
import * as Messages from "./scenarios/messages.ts"

export const scenarios: ReadonlyArray<Scenario> = [
  Links.connecting,
  Links.otherVersion,
  Messages.delivery,
  Messages.exactlyOnce,
  Messages.retained,
  Links.will,
  Links.resuming,
  Messages.large,
  Messages.manyTopics,
  Links.keepAlive,
  Messages.shared,
  Messages.rights,
  Messages.properties,
  Messages.dots,
  // It stops the broker.
  Links.restarting
]
