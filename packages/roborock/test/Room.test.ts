import { Room } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"

describe("decodeMapping", () => {
  it("reads pairs with text or numbers, and with a tag", () => {
    assert.deepStrictEqual(Room.decodeMapping([[16, "3031886"], [17, 3031880, 6]]), [
      { id: 16, homeRoomId: "3031886" },
      { id: 17, homeRoomId: "3031880" }
    ])
  })

  it("reads a single room that came unwrapped", () => {
    assert.deepStrictEqual(Room.decodeMapping([16, "1001"]), [{ id: 16, homeRoomId: "1001" }])
  })

  it("has each room once: a robot would be sent to it twice", () => {
    assert.deepStrictEqual(Room.decodeMapping([[16, "1001"], [17, "1002"], [16, "1003"]]), [
      { id: 16, homeRoomId: "1003" },
      { id: 17, homeRoomId: "1002" }
    ])
  })

  it("leaves out what makes no sense", () => {
    for (const result of [null, "ok", {}, [], [null, ["16", "1"], [1], [[]]]]) {
      assert.deepStrictEqual(Room.decodeMapping(result), [])
    }
  })
})

const rooms = Room.fromMapping(
  [{ id: 16, homeRoomId: "1" }, { id: 17, homeRoomId: "2" }, { id: 18, homeRoomId: "9" }],
  [{ id: 1, name: "Kitchen" }, { id: 2, name: "Bath" }]
)

describe("fromMapping", () => {
  it("names rooms as the home does, others by number", () => {
    assert.deepStrictEqual(rooms.map(({ name }) => name), ["Kitchen", "Bath", "Room 18"])
  })
})

describe("find", () => {
  it("keeps the order, ignores case and space, and takes each room once", () => {
    const { found, unknown } = Room.find(rooms, ["bath", " KITCHEN ", 17])
    assert.deepStrictEqual(found.map(({ id }) => id), [17, 16])
    assert.deepStrictEqual(unknown, [])
  })

  it("takes all rooms that share a name", () => {
    const twins = [{ id: 1, name: "Bedroom" }, { id: 2, name: "Bedroom" }]
    assert.lengthOf(Room.find(twins, ["Bedroom"]).found, 2)
  })

  it("says what fits none", () => {
    assert.deepStrictEqual(Room.find(rooms, ["Attic", 99, "Bath"]).unknown, ["Attic", "99"])
  })
})
