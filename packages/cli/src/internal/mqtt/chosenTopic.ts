/** Topics that are named with -t, which are read by then, or stand in the URL, which does not know what for. */
import * as Either from "effect/Either"
import type { CommandError } from "../command/commandError.ts"
import { usage } from "./mqttFailure.ts"
import type { Reader } from "./optionSpec.ts"
import * as readers from "./valueReader.ts"

const ofUrl = (reader: Reader<string>, topic: string): Either.Either<string, CommandError> =>
  Either.mapLeft(reader.read(topic), (allowed) => usage(`The topic of the URL has to be ${allowed}`))

/** Where a message goes; `what` it is called. */
export const name = (
  what: string,
  given: string | undefined,
  fromUrl: string | undefined
): Either.Either<string, CommandError> => {
  const topic = given ?? fromUrl
  return topic === undefined || topic === ""
    ? Either.left(usage(`${what} needs a topic`, "Name it with -t."))
    : ofUrl(readers.topicName, topic)
}

/** What to subscribe to. */
export const filters = (
  given: ReadonlyArray<string>,
  fromUrl: string | undefined
): Either.Either<ReadonlyArray<string>, CommandError> =>
  given.length > 0 || fromUrl === undefined
    ? Either.right(given)
    : Either.map(ofUrl(readers.topicFilter, fromUrl), (filter) => [filter])
