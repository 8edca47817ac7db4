/** More than the boxes of any real map; beyond, cells are drawn coarser. */
const maxBoxes = 200_000

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  height: number
}

/** One pass at a coarseness; `undefined` when that makes too many boxes. */
const collect = (
  width: number,
  height: number,
  step: number,
  groupOf: (x: number, y: number) => string | undefined
): ReadonlyMap<string, ReadonlyArray<Box>> | undefined => {
  const groups = new Map<string, Array<Box>>()
  let boxes = 0
  let above = new Map<string, Box>()
  for (let y = 0; y < height; y += step) {
    const below = new Map<string, Box>()
    const tall = Math.min(step, height - y)
    for (let x = 0; x < width;) {
      const group = groupOf(x, y)
      const start = x
      do x += step
      while (x < width && groupOf(x, y) === group)
      if (group === undefined) continue
      const end = Math.min(x, width)
      const key = `${group} ${start} ${end}`
      const box = above.get(key)
      if (box === undefined) {
        if (++boxes > maxBoxes) return undefined
        const added = { x: start, y, width: end - start, height: tall }
        const list = groups.get(group)
        if (list === undefined) groups.set(group, [added])
        else list.push(added)
        below.set(key, added)
      } else {
        box.height += tall
        below.set(key, box)
      }
    }
    above = below
  }
  return groups
}

/** Divides a raster into boxes of equal cells, by group. Cells of no group are left out. */
export const cellBoxes = (
  width: number,
  height: number,
  groupOf: (x: number, y: number) => string | undefined
): ReadonlyMap<string, ReadonlyArray<Box>> => {
  for (let step = 1;; step *= 2) {
    const groups = collect(width, height, step, groupOf)
    if (groups !== undefined) return groups
  }
}
