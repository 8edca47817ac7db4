/**
 * Names of the data points and codes of wet-dry vacuums (Dyad, PROTOCOL 8.2). Devices send codes that are not listed:
 * pass those through.
 *
 * @since 0.1.0
 */

/**
 * The data points.
 *
 * @since 0.1.0
 * @category tables
 */
export const dataPointNames: ReadonlyMap<number, string> = new Map([
  [134, "drying_status"],
  [200, "start"],
  [201, "status"],
  [202, "self_clean_mode"],
  [203, "self_clean_level"],
  [204, "warm_level"],
  [205, "clean_mode"],
  [206, "suction"],
  [207, "water_level"],
  [208, "brush_speed"],
  [209, "power"],
  [210, "countdown_time"],
  [212, "auto_self_clean_set"],
  [213, "auto_dry"],
  [214, "mesh_left"],
  [215, "brush_left"],
  [216, "error"],
  [218, "mesh_reset"],
  [219, "brush_reset"],
  [221, "volume_set"],
  [222, "stand_lock_auto_run"],
  [223, "auto_self_clean_set_mode"],
  [224, "auto_dry_mode"],
  [225, "silent_dry_duration"],
  [226, "silent_mode"],
  [227, "silent_mode_start_time"],
  [228, "silent_mode_end_time"],
  [229, "recent_run_time"],
  [230, "total_run_time"],
  [235, "feature_info"],
  [236, "recover_settings"],
  [237, "dry_countdown"],
  [10000, "id_query"],
  [10001, "f_c"],
  [10002, "schedule_task"],
  [10003, "snd_switch"],
  [10004, "snd_state"],
  [10005, "product_info"],
  [10006, "privacy_info"],
  [10007, "ota_nfo"],
  [10101, "rpc_request"],
  [10102, "rpc_response"]
])

/**
 * What it is doing (data point 201).
 *
 * @since 0.1.0
 * @category tables
 */
export const stateNames: ReadonlyMap<number, string> = new Map([
  [1, "washing"],
  [2, "ready"],
  [3, "charging"],
  [4, "mop_washing"],
  [5, "self_clean_cleaning"],
  [6, "self_clean_deep_cleaning"],
  [7, "self_clean_rinsing"],
  [8, "self_clean_dehydrating"],
  [9, "drying"],
  [10, "ventilating"],
  [12, "reserving"],
  [13, "mop_washing_paused"],
  [14, "dusting_mode"]
])

/**
 * What cleaning itself means (202).
 *
 * @since 0.1.0
 * @category tables
 */
export const selfCleanModeNames: ReadonlyMap<number, string> = new Map([
  [1, "self_clean"],
  [2, "self_clean_and_dry"],
  [3, "dry"],
  [4, "ventilation"]
])

/**
 * How thoroughly it cleans itself (203).
 *
 * @since 0.1.0
 * @category tables
 */
export const selfCleanLevelNames: ReadonlyMap<number, string> = new Map([
  [1, "normal"],
  [2, "deep"]
])

/**
 * How warm it dries (204).
 *
 * @since 0.1.0
 * @category tables
 */
export const warmLevelNames: ReadonlyMap<number, string> = new Map([
  [1, "normal"],
  [2, "deep"]
])

/**
 * How it cleans the floor (205).
 *
 * @since 0.1.0
 * @category tables
 */
export const cleanModeNames: ReadonlyMap<number, string> = new Map([
  [1, "auto"],
  [2, "max"],
  [3, "dehydration"],
  [4, "power_saving"]
])

/**
 * Suction (206).
 *
 * @since 0.1.0
 * @category tables
 */
export const suctionNames: ReadonlyMap<number, string> = new Map([
  [1, "l1"],
  [2, "l2"],
  [3, "l3"],
  [4, "l4"],
  [5, "l5"],
  [6, "l6"]
])

/**
 * Water (207).
 *
 * @since 0.1.0
 * @category tables
 */
export const waterLevelNames: ReadonlyMap<number, string> = new Map([
  [1, "l1"],
  [2, "l2"],
  [3, "l3"],
  [4, "l4"]
])

/**
 * Speed of the brush (208).
 *
 * @since 0.1.0
 * @category tables
 */
export const brushSpeedNames: ReadonlyMap<number, string> = new Map([
  [1, "l1"],
  [2, "l2"]
])

/**
 * What is wrong (216).
 *
 * @since 0.1.0
 * @category tables
 */
export const errorNames: ReadonlyMap<number, string> = new Map([
  [0, "none"],
  [20000, "dirty_tank_full"],
  [20001, "water_level_sensor_stuck"],
  [20002, "clean_tank_empty"],
  [20003, "clean_head_entangled"],
  [20004, "clean_head_too_hot"],
  [10005, "fan_protection_e5"],
  [20005, "cleaning_head_blocked"],
  [20006, "temperature_protection"],
  [10004, "fan_protection_e4"],
  [10009, "fan_protection_e9"],
  [10000, "battery_temperature_protection_e0"],
  [20007, "battery_temperature_protection"],
  [20008, "battery_temperature_protection"],
  [20009, "power_adapter_error"],
  [10007, "dirty_charging_contacts"],
  [20017, "low_battery"],
  [20018, "battery_under_10"]
])
