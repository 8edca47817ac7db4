import { defineConfig, mergeConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import config from "./vitest.config.ts"

/** Tables come before properties: most mutants fall to the first row that meets them, and then the run is over. */
const last = ["WithoutBuffer", "PacketStream", "TopicTrie", "RoundTrip", "Fuzz"]
const rank = ({ moduleId }: TestSpecification): number => last.findIndex((name) => moduleId.includes(`/${name}.test`))

class CheapFirst extends BaseSequencer {
  override sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    return Promise.resolve([...files].sort((one, other) => rank(one) - rank(other)))
  }
}

/**
 * How `pnpm mutation` runs the tests, against many mutants: properties try few cases, the same ones each time, and do not
 * search for the smallest. One worker serves all files, so that Effect is loaded once and not once a file.
 */
export default mergeConfig(
  config,
  defineConfig({
    root: import.meta.dirname,
    test: {
      env: { MQTT_TEST_EFFORT: "0.05" },
      isolate: false,
      poolOptions: { threads: { isolate: false } },
      sequence: { sequencer: CheapFirst },
      setupFiles: ["test/support/repeatable.ts"]
    }
  })
)
