/**
 * Tells messages that have another value of one of these data points from those that repeat what is known. A device that
 * works may send them every few seconds, which is not a reason to ask it each time.
 */
export const make = (ids: ReadonlyArray<number>, known: ReadonlyMap<number, unknown>) => {
  const seen = new Map(ids.map((id) => [id, known.get(id)]))
  return (points: ReadonlyMap<number, unknown>): boolean => {
    const changed = ids.filter((id) => points.has(id) && points.get(id) !== seen.get(id))
    changed.forEach((id) => seen.set(id, points.get(id)))
    return changed.length > 0
  }
}
