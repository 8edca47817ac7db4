/**
 * The traits of devices: a name, and what a device that has the trait can do.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as ApplianceTrait from "./ApplianceTrait.ts"
import * as CarpetTrait from "./CarpetTrait.ts"
import * as CleaningTrait from "./CleaningTrait.ts"
import type { CloudSchedulesTrait } from "./CloudSchedulesTrait.ts"
import * as ConsumablesTrait from "./ConsumablesTrait.ts"
import * as DailyWindow from "./DailyWindow.ts"
import * as Dock from "./Dock.ts"
import * as DockTrait from "./DockTrait.ts"
import * as FloorsTrait from "./FloorsTrait.ts"
import * as GoToTrait from "./GoToTrait.ts"
import * as HistoryTrait from "./HistoryTrait.ts"
import * as IdentityTrait from "./IdentityTrait.ts"
import { dockAbility, type Facts, feature, type Offer, offer, offerIf } from "./internal/device/offer.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { numberField } from "./internal/v1/json.ts"
import * as LocateTrait from "./LocateTrait.ts"
import * as MapEditTrait from "./MapEditTrait.ts"
import * as MapTrait from "./MapTrait.ts"
import * as ModesTrait from "./ModesTrait.ts"
import * as NetworkTrait from "./NetworkTrait.ts"
import * as PhotosTrait from "./PhotosTrait.ts"
import * as RawTrait from "./RawTrait.ts"
import * as RemoteTrait from "./RemoteTrait.ts"
import * as RepeatTrait from "./RepeatTrait.ts"
import * as RoomsTrait from "./RoomsTrait.ts"
import type { RoutinesTrait } from "./RoutinesTrait.ts"
import type { SavedMapsTrait } from "./SavedMapsTrait.ts"
import * as SchedulesTrait from "./SchedulesTrait.ts"
import * as SoundTrait from "./SoundTrait.ts"
import * as SpotTrait from "./SpotTrait.ts"
import * as StatusTrait from "./StatusTrait.ts"
import type { SteeringTrait } from "./SteeringTrait.ts"
import * as SwitchTrait from "./SwitchTrait.ts"
import * as VoiceTrait from "./VoiceTrait.ts"
import * as WashBreaksTrait from "./WashBreaksTrait.ts"
import type * as WasherTrait from "./WasherTrait.ts"
import * as WaterFlowTrait from "./WaterFlowTrait.ts"
import type * as WetDryTrait from "./WetDryTrait.ts"
import * as ZonesTrait from "./ZonesTrait.ts"

/**
 * All traits by name. `device.trait("map")` is typed by this record.
 *
 * @since 0.1.0
 * @category models
 */
export interface Traits extends Readonly<Record<SwitchTrait.SwitchName, SwitchTrait.SwitchTrait>> {
  readonly status: StatusTrait.StatusTrait
  readonly cleaning: CleaningTrait.CleaningTrait
  readonly zones: ZonesTrait.ZonesTrait
  readonly goTo: GoToTrait.GoToTrait
  readonly spot: SpotTrait.SpotTrait
  readonly modes: ModesTrait.ModesTrait
  readonly waterFlow: WaterFlowTrait.WaterFlowTrait
  readonly repeat: RepeatTrait.RepeatTrait
  readonly rooms: RoomsTrait.RoomsTrait
  readonly map: MapTrait.MapTrait
  readonly mapEdit: MapEditTrait.MapEditTrait
  readonly floors: FloorsTrait.FloorsTrait
  readonly savedMaps: SavedMapsTrait
  readonly photos: PhotosTrait.PhotosTrait
  readonly consumables: ConsumablesTrait.ConsumablesTrait
  readonly history: HistoryTrait.HistoryTrait
  readonly doNotDisturb: DailyWindow.DailyWindowTrait
  /** Of devices that do not tell its hours. */
  readonly doNotDisturbSwitch: SwitchTrait.SwitchTrait
  readonly offPeakCharging: DailyWindow.DailyWindowTrait
  readonly schedules: SchedulesTrait.SchedulesTrait
  readonly cloudSchedules: CloudSchedulesTrait
  readonly routines: RoutinesTrait
  readonly sound: SoundTrait.SoundTrait
  readonly voice: VoiceTrait.VoiceTrait
  readonly carpet: CarpetTrait.CarpetTrait
  readonly dock: DockTrait.DockTrait
  readonly emptying: DockTrait.DockJobTrait
  readonly washing: DockTrait.DockJobTrait
  readonly washBreaks: WashBreaksTrait.WashBreaksTrait
  readonly drying: DockTrait.DockJobTrait
  readonly remote: RemoteTrait.RemoteTrait
  readonly steering: SteeringTrait
  readonly locate: LocateTrait.LocateTrait
  readonly network: NetworkTrait.NetworkTrait
  readonly appliance: ApplianceTrait.ApplianceTrait
  readonly washer: WasherTrait.WasherTrait
  readonly wetDry: WetDryTrait.WetDryTrait
  readonly identity: IdentityTrait.IdentityTrait
  readonly raw: RawTrait.RawTrait
}

/**
 * The name of a trait.
 *
 * @since 0.1.0
 * @category models
 */
export type TraitName = keyof Traits

/** @internal */
export type Offers = { readonly [Name in TraitName]?: Offer<Traits[Name]> }

/** @internal */
export const ofVacuum = (vacuum: Vacuum): Offers => {
  const facts: Facts = {
    capabilities: vacuum.capabilities,
    dock: Effect.map(vacuum.state.get, ({ fields }) => {
      // Every status tells the time of cleaning, and no push does: one without a type is of a robot from before such docks.
      const type = numberField(fields, "dock_type") ?? (fields["clean_time"] === undefined ? undefined : 0)
      return type === undefined ? undefined : Dock.abilities(type)
    })
  }
  const empties = dockAbility("empties", "empty the robot")
  const washes = dockAbility("washes", "wash the mop")
  return {
    status: offer(StatusTrait.make(vacuum)),
    cleaning: offer(CleaningTrait.make(vacuum)),
    zones: offer(ZonesTrait.make(vacuum)),
    goTo: offer(GoToTrait.make(vacuum)),
    spot: offer(SpotTrait.make(vacuum)),
    modes: offer(ModesTrait.make(vacuum)),
    waterFlow: offerIf(
      feature("is_custom_water_box_distance_supported", "flow of water in levels"),
      facts,
      WaterFlowTrait.make(vacuum)
    ),
    repeat: offerIf(
      feature("is_clean_count_setting_supported", "setting of how many times it cleans"),
      facts,
      RepeatTrait.make(vacuum)
    ),
    rooms: offer(RoomsTrait.make(vacuum)),
    map: offer(MapTrait.make(vacuum)),
    mapEdit: offer(MapEditTrait.make(vacuum)),
    floors: offerIf(feature("is_multi_floor_supported", "maps of several floors"), facts, FloorsTrait.make(vacuum)),
    photos: offerIf(
      feature("is_ai_recognition_obstacle_supported", "recognition of obstacles"),
      facts,
      PhotosTrait.make(vacuum)
    ),
    consumables: offer(ConsumablesTrait.make(vacuum)),
    history: offer(HistoryTrait.make(vacuum)),
    doNotDisturb: offer(DailyWindow.makeDoNotDisturb(vacuum)),
    offPeakCharging: offerIf(
      feature("is_supported_valley_electricity", "off-peak charging"),
      facts,
      DailyWindow.makeOffPeakCharging(vacuum)
    ),
    schedules: offer(SchedulesTrait.make(vacuum)),
    sound: offer(SoundTrait.make(vacuum)),
    voice: offer(VoiceTrait.make(vacuum)),
    carpet: offerIf(feature("is_carpet_supported", "carpet detection"), facts, CarpetTrait.make(vacuum)),
    dock: offer(DockTrait.make(vacuum)),
    emptying: offerIf(empties, facts, DockTrait.makeEmptying(vacuum)),
    washing: offerIf(washes, facts, DockTrait.makeWashing(vacuum)),
    washBreaks: offerIf(washes, facts, WashBreaksTrait.make(vacuum)),
    drying: offerIf(dockAbility("dries", "dry the mop"), facts, DockTrait.makeDrying(vacuum)),
    remote: offerIf(feature("is_remote_supported", "remote control"), facts, RemoteTrait.make(vacuum)),
    locate: offer(LocateTrait.make(vacuum)),
    network: offer(NetworkTrait.make(vacuum)),
    identity: offer(IdentityTrait.make(vacuum)),
    raw: offer(RawTrait.make(vacuum)),
    childLock: offerIf(
      feature("is_set_child_supported", "child lock"),
      facts,
      SwitchTrait.make(vacuum, "childLock")
    ),
    led: offerIf(
      feature("is_led_status_switch_supported", "switch for its light"),
      facts,
      SwitchTrait.make(vacuum, "led")
    ),
    flowLed: offerIf(
      feature("is_flow_led_setting_supported", "switch for its running light"),
      facts,
      SwitchTrait.make(vacuum, "flowLed")
    ),
    collisionAvoidance: offerIf(
      feature("is_avoid_collision_supported", "collision avoidance"),
      facts,
      SwitchTrait.make(vacuum, "collisionAvoidance")
    ),
    floorDirection: offerIf(
      feature("is_support_floor_edit", "floor materials"),
      facts,
      SwitchTrait.make(vacuum, "floorDirection")
    ),
    autoEmptying: offerIf(empties, facts, SwitchTrait.make(vacuum, "autoEmptying"))
  }
}

/** @internal */
export const find = <Name extends TraitName>(offers: Offers, name: Name): Offer<Traits[Name]> =>
  (Object.hasOwn(offers, name) ? offers[name] : undefined)
    ?? Effect.fail("devices of this kind have no such trait")

const isTraitName = (offers: Offers, name: string): name is TraitName => Object.hasOwn(offers, name)

/** @internal */
export const namesOf = (offers: Offers): Effect.Effect<ReadonlyArray<TraitName>> =>
  Effect.filter(
    Object.keys(offers).filter((name) => isTraitName(offers, name)),
    (name) => Effect.isSuccess(find(offers, name))
  )
