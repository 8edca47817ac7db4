import type { Properties } from "../Properties.ts"
import { type Place, violation } from "./refusal.ts"

/** Authentication Data is a protocol error without Authentication Method (sections 3.1.2.11.10, 3.2.2.3.18). */
export const expectMethodWithData = (place: Place, properties: Properties | undefined, section: string): void => {
  if (properties?.authenticationData !== undefined && properties.authenticationMethod === undefined) {
    throw violation(place, 0x82, "authentication data without a method", section)
  }
}
