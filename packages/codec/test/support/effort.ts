/** How many cases a property tries. `MQTT_TEST_EFFORT` scales all of them: below 1 for a hurried run, above for a long one. */
export const runs = (count: number): { readonly numRuns: number } => ({
  numRuns: Math.ceil(count * Number(process.env["MQTT_TEST_EFFORT"] ?? 1))
})
