/**
 * Burns the time in which a processor would have nothing to do, as a process of the idle class that every other one
 * displaces at once. Ends with its parent.
 */
const spin = () => {
  const until = performance.now() + 1
  while (performance.now() < until);
  setImmediate(spin)
}

process.on("disconnect", () => process.exit())
process.send?.({})
spin()
