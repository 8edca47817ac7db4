/**
 * Sums the JSON reports of vitest in a folder into one line, below what failed: in the output of a whole pipeline the
 * place where a test said it is far up, and cut off where only the end is kept. A test file that could not be loaded
 * counts as a failure, and so does a folder without reports: both would otherwise pass for success.
 */
import { readdirSync } from "node:fs"
import { join, relative } from "node:path"
import { readJson } from "./workspace.mjs"

const folder = process.argv[2]
const reports = readdirSync(folder).filter((name) => /^vitest-.*\.json$/.test(name)).map((name) =>
  readJson(join(folder, name))
)

const sum = (count) => reports.reduce((total, report) => total + count(report), 0)

const passed = sum((report) => report.numPassedTests)
const skipped = sum((report) => report.numPendingTests + report.numTodoTests)
const unloaded = sum((report) =>
  report.testResults.filter(({ assertionResults, status }) =>
    status === "failed" && !assertionResults.some((test) => test.status === "failed")
  ).length
)
const failed = sum((report) => report.numFailedTests) + unloaded + (reports.length === 0 ? 1 : 0)

/** The first lines of what was thrown, without the colours; a time-out is only a marked stack in the report. */
const cause = (messages) => {
  const text = messages.join("\n").replaceAll(/\u001B\[\d+m/g, "")
  const lines = text.replace("Error: STACK_TRACE_ERROR", "It took longer than a test may.").split("\n")
  return lines.slice(0, 12).map((line) => `    ${line}`).join("\n")
}

for (const report of reports) {
  for (const { assertionResults, message, name, status } of report.testResults) {
    const file = relative(process.cwd(), name)
    const failures = assertionResults.filter((test) => test.status === "failed")
    for (const test of failures) {
      console.log(
        `FAILED ${file} > ${test.fullName}, ${Math.round(test.duration ?? 0)} ms\n${cause(test.failureMessages)}`
      )
    }
    if (status === "failed" && failures.length === 0) console.log(`FAILED ${file}\n${cause([message])}`)
  }
}

if (reports.length === 0) console.log("No test report was written: the test run broke off.")
if (unloaded > 0) console.log(`${unloaded} test files could not be loaded or failed outside a test.`)
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
