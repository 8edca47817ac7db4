import type { FloorPlan } from "../../FloorPlan.ts"
import { cellSize, segmentOf } from "../../FloorPlan.ts"
import type { RobotState } from "../../Robot.ts"
import { deflateLz4Block } from "./lz4.ts"

const headerBytes = 29
const roomBytes = 47
const nameOffset = 27
const maxNameBytes = 19
const live = 1
const path = 2
const version = 1
const outsideCell = 0xf3
const wallCell = 0xf9
const tenths = 10
/** Path points are in twentieths of a cell. */
const twentieths = 20
const centimetresPerCell = cellSize / 10

/** Rooms count from 1 in the order of the plan. */
export const roomIdOf = (plan: FloorPlan, segment: number): number =>
  1 + plan.rooms.findIndex((room) => room.segment === segment)

export const segmentOfRoom = (plan: FloorPlan, roomId: unknown): number =>
  typeof roomId === "number" ? plan.rooms[roomId - 1]?.segment ?? 0 : 0

/** Where tenths of a cell lie that commands carry: the plane begins at the parking place. */
export const fromTenths = (plan: FloorPlan, { x, y }: { readonly x: number; readonly y: number }) => ({
  x: plan.parking.x + x * cellSize / tenths,
  y: plan.parking.y + y * cellSize / tenths
})

/** Cells from the left and from the top. */
const column = (plan: FloorPlan, millimetres: number): number => millimetres / cellSize - plan.left
const rowFromTop = (plan: FloorPlan, millimetres: number): number => plan.top + plan.height - millimetres / cellSize

/** The cells, the top row first, and the rooms behind them. */
const contentOf = (plan: FloorPlan): Uint8Array => {
  const { cells, height, rooms, width } = plan
  const content = new Uint8Array(width * height + 2 + rooms.length * roomBytes)
  cells.forEach((cell, index) => {
    const segment = segmentOf(plan, index)
    const to = (height - 1 - Math.floor(index / width)) * width + index % width
    content[to] = segment > 0 ? roomIdOf(plan, segment) << 2 : cell === 0 ? outsideCell : wallCell
  })
  content.set([1, rooms.length], width * height)
  rooms.forEach(({ name, segment }, index) => {
    const record = content.subarray(width * height + 2 + index * roomBytes).subarray(0, roomBytes)
    new DataView(record.buffer, record.byteOffset).setUint16(0, roomIdOf(plan, segment))
    // No order, and no levels of its own.
    record.fill(0xff, 3, 5)
    record.fill(0xff, 7, 10)
    record[nameOffset - 1] = new TextEncoder().encodeInto(name, record.subarray(nameOffset, nameOffset + maxNameBytes))
      .written
  })
  return content
}

/** The packet with the live map; nothing is drawn on it (PROTOCOL 6.5). */
export const encodeMap = (plan: FloorPlan, mapId: number): Uint8Array => {
  const content = contentOf(plan)
  const block = deflateLz4Block(content)
  // No erased areas, no carpet, no obstacles.
  const tail = new Uint8Array(8)
  const packet = new Uint8Array(headerBytes + block.length + tail.length)
  const view = new DataView(packet.buffer)
  const { dock, parking } = plan
  packet.set([live, version])
  view.setUint32(2, mapId)
  packet[6] = 1
  view.setUint16(7, plan.width)
  view.setUint16(9, plan.height)
  view.setInt16(11, Math.round(column(plan, parking.x) * tenths))
  view.setInt16(13, Math.round(rowFromTop(plan, parking.y) * tenths))
  view.setUint16(15, centimetresPerCell)
  view.setInt16(17, Math.round(column(plan, dock.x) * tenths))
  view.setInt16(19, Math.round(rowFromTop(plan, dock.y) * tenths))
  view.setInt16(21, dock.angle)
  view.setUint32(23, content.length)
  view.setUint16(27, block.length)
  packet.set(block, headerBytes)
  packet.set(tail, headerBytes + block.length)
  return packet
}

/** The packet with the way of the run, whose last point is the robot. */
export const encodePath = (plan: FloorPlan, state: RobotState, run: number): Uint8Array => {
  const points = [...state.path, state.position]
  const packet = new Uint8Array(14 + points.length * 4)
  const view = new DataView(packet.buffer)
  packet.set([path, version, 0, run & 0xff, 0, 0])
  view.setUint32(6, points.length)
  view.setInt16(10, state.position.angle)
  points.forEach(({ x, y }, index) => {
    view.setInt16(14 + index * 4, Math.round((x - plan.parking.x) / cellSize * twentieths))
    view.setInt16(16 + index * 4, Math.round((y - plan.parking.y) / cellSize * twentieths))
  })
  return packet
}
