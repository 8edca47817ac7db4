/** Degrees above -180 up to 180. */
export const normalisedDegrees = (angle: number): number => {
  const turned = angle % 360
  return turned > 180 ? turned - 360 : turned <= -180 ? turned + 360 : turned
}
