/**
 * Names of the codes of B01 vacuums of the Q7 family (PROTOCOL 8.4). Robots send codes that are not listed: pass those
 * through.
 *
 * @since 0.1.0
 */

/**
 * What the robot is doing (property `status`).
 *
 * @since 0.1.0
 * @category tables
 */
export const stateNames: ReadonlyMap<number, string> = new Map([
  [-1, "unknown"],
  [0, "sleeping"],
  [1, "waiting_for_orders"],
  [2, "paused"],
  [3, "docking"],
  [4, "charging"],
  [5, "sweep_moping"],
  [6, "sweep_moping_2"],
  [7, "moping"],
  [8, "updating"],
  [9, "mop_cleaning"],
  [10, "mop_airdrying"],
  [11, "working_sleep"]
])

/**
 * How it is moving (property `work_mode`).
 *
 * @since 0.1.0
 * @category tables
 */
export const workModeNames: ReadonlyMap<number, string> = new Map([
  [0, "idle"],
  [1, "auto"],
  [2, "manual"],
  [3, "area"],
  [4, "auto_pause"],
  [5, "back_charge"],
  [6, "point"],
  [7, "navi"],
  [8, "area_pause"],
  [9, "navi_pause"],
  [10, "global_go_home"],
  [11, "global_broken"],
  [12, "navi_go_home"],
  [13, "point_go_home"],
  [14, "navi_idle"],
  [20, "screw"],
  [21, "screw_go_home"],
  [22, "point_idle"],
  [23, "screw_idle"],
  [25, "border"],
  [26, "border_go_home"],
  [27, "border_pause"],
  [28, "border_broken"],
  [29, "border_idle"],
  [30, "plan_area"],
  [31, "plan_area_pause"],
  [32, "plan_area_go_home"],
  [33, "plan_area_broken"],
  [35, "plan_area_idle"],
  [36, "mopping"],
  [37, "mopping_pause"],
  [38, "mopping_go_home"],
  [39, "mopping_broken"],
  [40, "mopping_idle"],
  [45, "exploring"],
  [46, "explore_pause"],
  [47, "explore_go_home"],
  [48, "explore_broken"],
  [49, "explore_idle"]
])

/**
 * Suction (property `wind`).
 *
 * @since 0.1.0
 * @category tables
 */
export const fanLevelNames: ReadonlyMap<number, string> = new Map([
  [1, "quiet"],
  [2, "balanced"],
  [3, "turbo"],
  [4, "max"],
  [5, "max_plus"]
])

/**
 * Water (property `water`).
 *
 * @since 0.1.0
 * @category tables
 */
export const waterLevelNames: ReadonlyMap<number, string> = new Map([
  [1, "low"],
  [2, "medium"],
  [3, "high"]
])

/**
 * What it does (property `mode`).
 *
 * @since 0.1.0
 * @category tables
 */
export const cleanModeNames: ReadonlyMap<number, string> = new Map([
  [0, "vacuum"],
  [1, "vac_and_mop"],
  [2, "mop"]
])

/**
 * How often it cleans (property `repeat_state`).
 *
 * @since 0.1.0
 * @category tables
 */
export const repeatNames: ReadonlyMap<number, string> = new Map([
  [0, "one"],
  [1, "two"]
])

/**
 * How closely it drives (property `clean_path_preference`).
 *
 * @since 0.1.0
 * @category tables
 */
export const routeNames: ReadonlyMap<number, string> = new Map([
  [0, "balanced"],
  [1, "deep"]
])

/**
 * What a cleaning service is told to do (its parameter `ctrl_value`).
 *
 * @since 0.1.0
 * @category tables
 */
export const controlNames: ReadonlyMap<number, string> = new Map([
  [0, "stop"],
  [1, "start"],
  [2, "pause"]
])

/**
 * What is being cleaned.
 *
 * @since 0.1.0
 * @category tables
 */
export const taskNames: ReadonlyMap<number, string> = new Map([
  [0, "full"],
  [1, "room"],
  [4, "zones"],
  [5, "room_normal"],
  [6, "customize"],
  [11, "all_custom"],
  [99, "area_custom"]
])

/**
 * What the station does (property `station_act`).
 *
 * @since 0.1.0
 * @category tables
 */
export const stationActionNames: ReadonlyMap<number, string> = new Map([
  [0, "stop_clean_or_airdry"],
  [1, "mop_clean"],
  [2, "mop_airdry"]
])

/**
 * What carpets get.
 *
 * @since 0.1.0
 * @category tables
 */
export const carpetModeNames: ReadonlyMap<number, string> = new Map([
  [0, "follow_global"],
  [1, "on"],
  [2, "off"]
])

/**
 * Faults (property `fault`), as far as their meaning is known; see {@link isNotice}.
 *
 * @since 0.1.0
 * @category tables
 */
export const faultNames: ReadonlyMap<number, string> = new Map([
  [407, "cleaning_in_progress"],
  [500, "lidar_blocked"],
  [501, "robot_suspended"],
  [502, "low_battery"],
  [503, "dustbin_not_installed"],
  [509, "cliff_sensor_error"],
  [510, "bumper_stuck"],
  [511, "docking_error"],
  [512, "docking_error"],
  [513, "robot_trapped"],
  [514, "robot_trapped"],
  [518, "low_battery"],
  [522, "mop_not_installed"],
  [533, "long_sleep"],
  [534, "low_battery_shutdown"],
  [560, "side_brush_entangled"],
  [568, "main_wheels_entangled"],
  [569, "main_wheels_entangled"],
  [570, "main_brush_entangled"],
  [572, "main_brush_entangled"],
  [594, "dust_bag_not_installed"],
  [611, "positioning_failed"],
  [612, "map_changed"],
  [629, "mop_mount_fell_off"],
  [668, "system_error"],
  [2003, "low_battery_schedule_canceled"],
  [2007, "cannot_reach_target"],
  [2012, "cannot_reach_target"],
  [2100, "low_battery_resume_later"],
  [2102, "cleaning_complete"]
])

const notices: ReadonlySet<number> = new Set([407, 2003, 2100, 2102])

/**
 * Whether a fault only says what happens: such a robot needs no help.
 *
 * @since 0.1.0
 * @category guards
 */
export const isNotice = (fault: number): boolean => notices.has(fault)

/**
 * The properties that can be read (`prop.get`).
 *
 * @since 0.1.0
 * @category tables
 */
export const properties = [
  "status",
  "fault",
  "wind",
  "water",
  "mode",
  "quantity",
  "alarm",
  "volume",
  "hypa",
  "main_brush",
  "side_brush",
  "mop_life",
  "main_sensor",
  "net_status",
  "repeat_state",
  "tank_state",
  "sweep_type",
  "clean_path_preference",
  "cloth_state",
  "time_zone",
  "time_zone_info",
  "language",
  "cleaning_time",
  "real_clean_time",
  "cleaning_area",
  "custom_type",
  "sound",
  "work_mode",
  "station_act",
  "charge_state",
  "current_map_id",
  "map_num",
  "dust_action",
  "quiet_is_open",
  "quiet_begin_time",
  "quiet_end_time",
  "clean_finish",
  "voice_type",
  "voice_type_version",
  "order_total",
  "build_map",
  "privacy",
  "dust_auto_state",
  "dust_frequency",
  "child_lock",
  "multi_floor",
  "map_save",
  "light_mode",
  "green_laser",
  "dust_bag_used",
  "order_save_mode",
  "manufacturer",
  "back_to_wash",
  "charge_station_type",
  "pv_cut_charge",
  "pv_charging",
  "serial_number",
  "recommend",
  "add_sweep_status"
] as const
