/**
 * A grid that begins anywhere on the plane of its device. `FloorMap` grids begin at whole cells, so places move by the
 * fraction of a cell that is left: `place = deviceMillimetres + shift`.
 */
export interface Axis {
  readonly start: number
  readonly shift: number
}

/** `origin` is where the grid begins, in millimetres. */
export const axisFrom = (origin: number, cellSize: number): Axis => {
  const start = Math.round(origin / cellSize)
  const shift = Math.round((start * cellSize - origin) * 1000) / 1000
  return { start, shift: shift === 0 ? 0 : shift }
}

/** Micrometres are enough: single precision floats have tails that mean nothing. */
export const tidyMillimetres = (value: number): number => {
  const tidy = Math.round(value * 1000) / 1000
  return tidy === 0 ? 0 : tidy
}
