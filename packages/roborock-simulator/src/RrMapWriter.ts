/**
 * Writes the "rr" map file that V1 robots send: the floor plan as the robot sees it, its path, and its position.
 *
 * @since 0.1.0
 */
import type { Point } from "@effect-mqtt/roborock/FloorMap"
import type { Restrictions } from "@effect-mqtt/roborock/MapEditTrait"
import { sha1 } from "@noble/hashes/legacy.js"
import type { FloorPlan, Pose } from "./FloorPlan.ts"
import type { RobotState } from "./Robot.ts"

/**
 * What a map has beside floor plan and robot.
 *
 * @since 0.1.0
 * @category models
 */
export interface Upload {
  /** Counts up with each new map of the home. */
  readonly index: number
  /** Counts up with each upload. */
  readonly sequence: number
  /**
   * What people have drawn on it.
   * @default nothing
   */
  readonly restrictions?: Restrictions | undefined
}

const fileHeaderBytes = 20
const digestBytes = 20

const blockTypes = {
  charger: 1,
  image: 2,
  path: 3,
  robot: 8,
  noGoAreas: 9,
  virtualWalls: 10,
  cleanedSegments: 11,
  noMopAreas: 12,
  digest: 1024
} as const

/**
 * The map file as it is before compression (`MapResponse.encode` of `@effect-mqtt/roborock` compresses and seals it):
 * image with rooms and walls, charger, robot, path, the segments that are being cleaned, areas and walls that people have
 * drawn, and a SHA-1 digest over all.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode = (plan: FloorPlan, state: RobotState, upload: Upload): Uint8Array => {
  const blocks = [
    image(plan),
    pose(blockTypes.charger, plan.dock),
    pose(blockTypes.robot, state.position),
    path(state)
  ]
  if (state.task?.kind === "Segments") blocks.push(cleanedSegments(state.task.segments))
  const { noGoAreas = [], noMopAreas = [], virtualWalls = [] } = upload.restrictions ?? {}
  if (noGoAreas.length > 0) blocks.push(outlines(blockTypes.noGoAreas, noGoAreas))
  if (virtualWalls.length > 0) {
    blocks.push(outlines(blockTypes.virtualWalls, virtualWalls.map(({ from, to }) => [from, to])))
  }
  if (noMopAreas.length > 0) blocks.push(outlines(blockTypes.noMopAreas, noMopAreas))
  const digestHeader = block(blockTypes.digest, new Uint8Array(0), digestBytes, () => {}).subarray(0, 8)
  const size = blocks.reduce((sum, { length }) => sum + length, fileHeaderBytes + digestHeader.length)
  const file = new Uint8Array(size + digestBytes)
  file.set(fileHeader(file.length, upload))
  let offset = fileHeaderBytes
  for (const part of [...blocks, digestHeader]) {
    file.set(part, offset)
    offset += part.length
  }
  file.set(sha1(file.subarray(0, size)), size)
  return file
}

const fileHeader = (fileBytes: number, upload: Upload): Uint8Array => {
  const header = new Uint8Array(fileHeaderBytes)
  const view = new DataView(header.buffer)
  header.set([0x72, 0x72])
  view.setUint16(2, fileHeaderBytes, true)
  view.setUint32(4, fileBytes - digestBytes, true)
  view.setUint16(8, 1, true)
  view.setUint32(12, upload.index, true)
  view.setUint32(16, upload.sequence, true)
  return header
}

/** A block: type and lengths, then the numbers of `extra` as 32-bit words, then `dataBytes` that `write` fills. */
const block = (
  type: number,
  extra: ArrayLike<number>,
  dataBytes: number,
  write: (data: DataView) => void
): Uint8Array => {
  const headerBytes = 8 + extra.length * 4
  const bytes = new Uint8Array(headerBytes + dataBytes)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, type, true)
  view.setUint16(2, headerBytes, true)
  view.setUint32(4, dataBytes, true)
  for (let index = 0; index < extra.length; index++) view.setInt32(8 + index * 4, extra[index] ?? 0, true)
  write(new DataView(bytes.buffer, headerBytes))
  return bytes
}

const image = (plan: FloorPlan): Uint8Array =>
  block(
    blockTypes.image,
    [plan.rooms.length, plan.top, plan.left, plan.height, plan.width],
    plan.cells.length,
    (data) => plan.cells.forEach((value, cell) => data.setUint8(cell, value))
  )

const pose = (type: number, { angle, x, y }: Pose): Uint8Array =>
  block(type, [], 12, (data) => {
    data.setInt32(0, x, true)
    data.setInt32(4, y, true)
    data.setInt32(8, angle, true)
  })

const write = (points: ReadonlyArray<Point>) => (data: DataView): void =>
  points.forEach(({ x, y }, index) => {
    data.setUint16(index * 4, Math.round(x), true)
    data.setUint16(index * 4 + 2, Math.round(y), true)
  })

const path = (state: RobotState): Uint8Array => {
  const points = [...state.path, state.position]
  return block(blockTypes.path, [points.length, 4, 0], points.length * 4, write(points))
}

/** Areas or walls: the corners of each in turn. */
const outlines = (type: number, shapes: ReadonlyArray<ReadonlyArray<Point>>): Uint8Array => {
  const corners = shapes.flat()
  return block(type, [shapes.length], corners.length * 4, write(corners))
}

const cleanedSegments = (segments: ReadonlyArray<number>): Uint8Array =>
  block(
    blockTypes.cleanedSegments,
    [segments.length],
    segments.length,
    (data) => segments.forEach((segment, index) => data.setUint8(index, segment))
  )
