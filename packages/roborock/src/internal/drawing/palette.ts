import type { Colour } from "./canvas.ts"

export const floorColour: Colour = 0xdfe3e8
export const wallColour: Colour = 0x55606b
export const solidColour: Colour = 0xb9c1c9
export const inkColour: Colour = 0x24303c
export const paperColour: Colour = 0xffffff

/** Enough for any plan with four; the rest serve maps whose rooms touch in ways no plan allows. */
export const roomColours: ReadonlyArray<Colour> = [
  0x8fc1f7,
  0xf9a78f,
  0x72cdbb,
  0xf7cf6b,
  0xc2a8ee,
  0xa9d47f,
  0xf2a3c7,
  0x9aa9bd
]

export const pathColour: Colour = 0xffffff
export const plannedColour: Colour = 0x2f6fde
export const noGoColour: Colour = 0xe5383b
export const noMopColour: Colour = 0x6d5bd0
export const noVacuumColour: Colour = 0xb5651d
export const zoneColour: Colour = 0x2e8b57
export const obstacleColour: Colour = 0xf08c00
export const dockColour: Colour = 0x23a26d
export const robotColour: Colour = 0x2f6fde
