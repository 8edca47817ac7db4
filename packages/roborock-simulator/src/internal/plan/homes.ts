// The docks' parking places come to lie near (25500, 25500), where the maps of real robots begin.
const at = (x0: number, y0: number, x1: number, y1: number) => ({
  x0: x0 + 25_250,
  y0: y0 + 24_000,
  x1: x1 + 25_250,
  y1: y1 + 24_000
})

export const flatDrawing = {
  rooms: [
    { segment: 16, name: "Living room", areas: [at(0, 0, 4800, 6200)] },
    { segment: 17, name: "Kitchen", areas: [at(4900, 0, 8000, 3000)] },
    { segment: 18, name: "Bathroom", areas: [at(8100, 0, 10_000, 3000)] },
    { segment: 19, name: "Hallway", areas: [at(4900, 3100, 10_000, 4400)] },
    { segment: 20, name: "Bedroom", areas: [at(4900, 4500, 10_000, 7500)] }
  ],
  doors: [
    { segment: 17, area: at(4800, 900, 4900, 2000) },
    { segment: 19, area: at(4800, 3300, 4900, 4200) },
    { segment: 19, area: at(6000, 3000, 6900, 3100) },
    { segment: 19, area: at(8600, 3000, 9400, 3100) },
    { segment: 19, area: at(7000, 4400, 7900, 4500) }
  ],
  furniture: [
    at(1200, 5300, 3400, 6200), // sofa
    at(1800, 4000, 2800, 4500), // low table
    at(5400, 0, 8000, 600), // kitchen counter
    at(9200, 0, 10_000, 1700), // bath
    at(9400, 4500, 10_000, 6300) // wardrobe
  ],
  dock: { x: 25_375, y: 25_525, angle: 0 }
}

export const upstairsDrawing = {
  name: "Upstairs",
  rooms: [
    { segment: 16, name: "Landing", areas: [at(0, 0, 2400, 5000)] },
    { segment: 17, name: "Study", areas: [at(2500, 0, 6000, 2400)] },
    { segment: 18, name: "Guest room", areas: [at(2500, 2500, 6000, 5000)] }
  ],
  doors: [
    { segment: 16, area: at(2400, 800, 2500, 1700) },
    { segment: 16, area: at(2400, 3200, 2500, 4100) }
  ],
  furniture: [
    at(4600, 0, 6000, 700), // desk
    at(4000, 3500, 6000, 5000) // bed
  ],
  dock: { x: 25_375, y: 25_525, angle: 0 }
}
