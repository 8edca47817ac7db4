/** Side of a cell of every "rr" map. */
export const cellMillimetres = 50

/** Side of the plane of "rr" maps in cells. */
export const planeCells = 1024

/** How thick walls are. */
export const wallCells = 2

/** Walls of two cells around all floor. */
export const raiseWalls = (cells: Uint8Array, width: number, height: number): void => {
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = cells[row * width + column] ?? 0
      if (value < 8) continue
      for (let y = Math.max(0, row - wallCells); y <= Math.min(height - 1, row + wallCells); y++) {
        for (let x = Math.max(0, column - wallCells); x <= Math.min(width - 1, column + wallCells); x++) {
          if (cells[y * width + x] === 0) cells[y * width + x] = 1
        }
      }
    }
  }
}

/** A 1 for each cell that the centre of a disc may stand on. */
export const passableCells = (cells: Uint8Array, width: number, height: number, radius: number): Uint8Array => {
  const passable = new Uint8Array(width * height)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let fits = true
      forDisc(radius, column, row, (x, y) => {
        if (x < 0 || y < 0 || x >= width || y >= height || (cells[y * width + x] ?? 0) < 8) fits = false
      })
      if (fits) passable[row * width + column] = 1
    }
  }
  return passable
}

/** Calls `visit` for each cell of a disc around a cell, also outside of the grid. */
export const forDisc = (
  radius: number,
  column: number,
  row: number,
  visit: (column: number, row: number) => void
): void => {
  const reach = Math.floor(radius)
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      if (dx * dx + dy * dy < radius * radius) visit(column + dx, row + dy)
    }
  }
}
