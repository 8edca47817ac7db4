import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

const root = process.env["MQTT_TEST_DATA"]

/**
 * A file of the shared test data, or `undefined` (and a line that says what is skipped) where the
 * data is not on this machine. The folder is named by `MQTT_TEST_DATA`.
 */
export const testData = (path: string): Buffer | undefined => {
  if (root === undefined || !existsSync(join(root, path))) {
    console.warn(`skipped without MQTT_TEST_DATA: ${path}`)
    return undefined
  }
  return readFileSync(join(root, path))
}
