/**
 * Names of the numeric codes V1 devices use (PROTOCOL 8.1). Robots send codes that are not listed: pass those through.
 *
 * @since 0.1.0
 */

/**
 * The data points of status pushes. The consumables (125 to 127) are percentages of life left.
 *
 * @since 0.1.0
 * @category tables
 */
export const dataPointNames: ReadonlyMap<number, string> = new Map([
  [120, "error_code"],
  [121, "state"],
  [122, "battery"],
  [123, "fan_power"],
  [124, "water_box_mode"],
  [125, "main_brush_life"],
  [126, "side_brush_life"],
  [127, "filter_life"],
  [128, "additional_props"],
  [130, "task_complete"],
  [131, "task_cancel_low_power"],
  [132, "task_cancel_in_motion"],
  [133, "charge_status"],
  [134, "drying_status"],
  [135, "offline_status"],
  [139, "back_type"]
])

/**
 * What the robot is doing (status field `state`, data point 121).
 *
 * @since 0.1.0
 * @category tables
 */
export const stateNames: ReadonlyMap<number, string> = new Map([
  [0, "unknown"],
  [1, "starting"],
  [2, "charger_disconnected"],
  [3, "idle"],
  [4, "remote_control_active"],
  [5, "cleaning"],
  [6, "returning_home"],
  [7, "manual_mode"],
  [8, "charging"],
  [9, "charging_problem"],
  [10, "paused"],
  [11, "spot_cleaning"],
  [12, "error"],
  [13, "shutting_down"],
  [14, "updating"],
  [15, "docking"],
  [16, "going_to_target"],
  [17, "zoned_cleaning"],
  [18, "segment_cleaning"],
  [22, "emptying_the_bin"],
  [23, "washing_the_mop"],
  [25, "washing_the_mop"],
  [26, "going_to_wash_the_mop"],
  [28, "in_call"],
  [29, "mapping"],
  [30, "egg_attack"],
  [32, "patrol"],
  [33, "attaching_the_mop"],
  [34, "detaching_the_mop"],
  [36, "exhibition"],
  [37, "dance"],
  [38, "tidy_up"],
  [39, "remote_pick_up"],
  [40, "emergency_stop"],
  [41, "arm_reset"],
  [42, "program"],
  [100, "charging_complete"],
  [101, "device_offline"],
  [103, "locked"],
  [202, "air_drying_stopping"],
  [6301, "robot_status_mopping"],
  [6302, "clean_mop_cleaning"],
  [6303, "clean_mop_mopping"],
  [6304, "segment_mopping"],
  [6305, "segment_clean_mop_cleaning"],
  [6306, "segment_clean_mop_mopping"],
  [6307, "zoned_mopping"],
  [6308, "zoned_clean_mop_cleaning"],
  [6309, "zoned_clean_mop_mopping"],
  [6310, "back_to_dock_washing_duster"]
])

/**
 * Robot errors (status field `error_code`, data point 120). Those from 57 on are of newer models: sensors, motors and dock
 * electronics from 100 to 159 are told apart by their number alone.
 *
 * @since 0.1.0
 * @category tables
 */
export const errorNames: ReadonlyMap<number, string> = new Map([
  [0, "none"],
  [1, "lidar_blocked"],
  [2, "bumper_stuck"],
  [3, "wheels_suspended"],
  [4, "cliff_sensor_error"],
  [5, "main_brush_jammed"],
  [6, "side_brush_jammed"],
  [7, "wheels_jammed"],
  [8, "robot_trapped"],
  [9, "no_dustbin"],
  [10, "strainer_error"],
  [11, "compass_error"],
  [12, "low_battery"],
  [13, "charging_error"],
  [14, "battery_error"],
  [15, "wall_sensor_dirty"],
  [16, "robot_tilted"],
  [17, "side_brush_error"],
  [18, "fan_error"],
  [19, "dock"],
  [20, "optical_flow_sensor_dirt"],
  [21, "vertical_bumper_pressed"],
  [22, "dock_locator_error"],
  [23, "return_to_dock_fail"],
  [24, "nogo_zone_detected"],
  [25, "visual_sensor"],
  [26, "light_touch"],
  [27, "vibrarise_jammed"],
  [28, "robot_on_carpet"],
  [29, "filter_blocked"],
  [30, "invisible_wall_detected"],
  [31, "cannot_cross_carpet"],
  [32, "internal_error"],
  [34, "collect_dust_error_3"],
  [35, "collect_dust_error_4"],
  [36, "mopping_roller_1"],
  [37, "mopping_roller_error_2"],
  [38, "clear_water_box_hoare"],
  [39, "dirty_water_box_hoare"],
  [40, "sink_strainer_hoare"],
  [41, "clear_water_box_exception"],
  [42, "clear_brush_exception"],
  [43, "clear_brush_exception_2"],
  [44, "filter_screen_exception"],
  [45, "mopping_roller_1"],
  [48, "up_water_exception"],
  [49, "drain_water_exception"],
  [51, "temperature_protection"],
  [52, "clean_carousel_exception"],
  [53, "clean_carousel_water_full"],
  [54, "water_carriage_drop"],
  [55, "check_clean_carouse"],
  [56, "audio_error"],
  [57, "dock_brush_fault"],
  [61, "lidar_lift_fault"],
  [62, "wash_tray_filter"],
  [64, "arm_pressure_switch"],
  [65, "arm_edge_sensor"],
  [66, "hatch_did_not_move"],
  [67, "arm_stuck"],
  [68, "arm_over_current"],
  [69, "arm_state"],
  [70, "arm_temperature"],
  [71, "arm_trapped"],
  [74, "top_sensor_dirty"],
  [76, "roller_missing"],
  [77, "water_guide_missing"],
  [78, "dirty_box_missing"],
  [79, "roller_fell_off"],
  [80, "water_guide_fell_off"],
  [81, "dirty_box_fell_off"],
  [82, "roller_cover"],
  [83, "dock_pusher"],
  [84, "dirty_box_drain"],
  [85, "mop_holder_missing"],
  [86, "arm_may_hold_something"],
  [95, "mop_mount_failed"],
  [97, "cleaning_fluid_low"],
  ...Array.from({ length: 60 }, (_, index) => [100 + index, "internal_hardware_fault"] as const),
  [253, "compass_error"],
  [254, "compass_error"],
  [255, "internal_error"],
  [644, "bin_full"]
])

/**
 * Dock errors (status field `dock_error_status`).
 *
 * @since 0.1.0
 * @category tables
 */
export const dockErrorNames: ReadonlyMap<number, string> = new Map([
  [0, "ok"],
  [32, "no_dustbin_or_filter"],
  [33, "auto_empty_dock_fan_error"],
  [34, "duct_blockage"],
  [35, "auto_empty_dock_voltage_error"],
  [38, "water_empty"],
  [39, "waste_water_tank_full"],
  [42, "maintenance_brush_jammed"],
  [44, "dirty_tank_latch_open"],
  [46, "no_dustbin"],
  [53, "cleaning_tank_full_or_blocked"]
])

/**
 * Dock models (status field `dock_type`).
 *
 * @since 0.1.0
 * @category tables
 */
export const dockTypeNames: ReadonlyMap<number, string> = new Map([
  [-9999, "unknown"],
  [0, "o0_dock"],
  [1, "o1_dock"],
  [2, "o2_dock"],
  [3, "o3_dock"],
  [5, "oc_dock"],
  [6, "o3_plus_dock"],
  [7, "o4_dock"],
  [8, "pearl_dock"],
  [9, "pearl_plus_dock"],
  [10, "o5_dock"],
  [11, "shell_2s_dock"],
  [13, "couple_dock"],
  [14, "shell_3_dock"],
  [15, "shell_2c_dock"],
  [16, "shell_3s_dock"],
  [17, "k1_dock"],
  [18, "o6_dock"],
  [19, "k1c_dock"],
  [20, "k1s_dock"],
  [21, "shell_e_dock"],
  [22, "shell_2e_dock"],
  [23, "shell_3c_dock"],
  [24, "hera_dock"],
  [26, "k1s_pro_dock"],
  [27, "type_27_dock"],
  [28, "k1c_lite_dock"],
  [29, "k1r_dock"],
  [30, "shell_2e_lite_dock"],
  [31, "shell_4rc_dock"],
  [32, "shell_4r_dock"],
  [33, "shell_4p_dock"],
  [34, "shell_4s_dock"],
  [35, "o7_dock"],
  [37, "k1d_dock"],
  [38, "shell_3p_dock"],
  [39, "shell_4d_dock"],
  [40, "shell_2e_heat_dock"],
  [41, "f1_dock"],
  [42, "f1r_dock"],
  [43, "f2r_dock"],
  [44, "f1s_dock"],
  [45, "o7h_dock"],
  [46, "f1c_dock"]
])

/**
 * Suction levels (status field `fan_power`, data point 123) of current models. 105 is "gentle" on vacuum-only models and "off" on
 * models that mop.
 *
 * @since 0.1.0
 * @category tables
 */
export const fanPowerNames: ReadonlyMap<number, string> = new Map([
  [105, "gentle"],
  [101, "quiet"],
  [102, "balanced"],
  [103, "turbo"],
  [104, "max"],
  [108, "max_plus"],
  [109, "off_raise_main_brush"],
  [106, "custom"],
  [110, "smart_mode"]
])

/**
 * Suction levels of the first models (S5 and older).
 *
 * @since 0.1.0
 * @category tables
 */
export const fanPowerNamesOld: ReadonlyMap<number, string> = new Map([
  [38, "quiet"],
  [60, "balanced"],
  [75, "turbo"],
  [100, "max"]
])

/**
 * Water flow (status field `water_box_mode`, data point 124).
 *
 * @since 0.1.0
 * @category tables
 */
export const waterBoxModeNames: ReadonlyMap<number, string> = new Map([
  [200, "off"],
  [201, "low"],
  [202, "medium"],
  [203, "high"],
  [205, "min"],
  [206, "max"],
  [204, "custom"],
  [207, "custom_water_flow"],
  [208, "extreme"],
  [209, "smart_mode"],
  [221, "slight"],
  [225, "low"],
  [235, "medium"],
  [245, "moderate"],
  [248, "high"],
  [250, "extreme"]
])

/**
 * Mop routes (status field `mop_mode`).
 *
 * @since 0.1.0
 * @category tables
 */
export const mopModeNames: ReadonlyMap<number, string> = new Map([
  [300, "standard"],
  [301, "deep"],
  [303, "deep_plus"],
  [304, "fast"],
  [305, "deep_plus_cn"],
  [306, "smart_mode"],
  [302, "custom"]
])

/**
 * How thoroughly the dock washes the mop.
 *
 * @since 0.1.0
 * @category tables
 */
export const washTowelModeNames: ReadonlyMap<number, string> = new Map([
  [10, "smart"],
  [0, "light"],
  [1, "balanced"],
  [2, "deep"],
  [8, "super_deep"]
])

/**
 * Which kind of cleaning is unfinished (status field `in_cleaning`).
 *
 * @since 0.1.0
 * @category tables
 */
export const inCleaningNames: ReadonlyMap<number, string> = new Map([
  [0, "complete"],
  [1, "global_clean_not_complete"],
  [2, "zone_clean_not_complete"],
  [3, "segment_clean_not_complete"]
])

/**
 * Charging (status field `charge_status`, data point 133).
 *
 * @since 0.1.0
 * @category tables
 */
export const chargeStatusNames: ReadonlyMap<number, string> = new Map([
  [-1, "unknown"],
  [0, "charge_waiting"],
  [1, "charging"]
])

/**
 * What was cleaned, in cleaning records.
 *
 * @since 0.1.0
 * @category tables
 */
export const cleanTypeNames: ReadonlyMap<number, string> = new Map([
  [1, "all_zone"],
  [2, "draw_zone"],
  [3, "select_zone"],
  [4, "quick_build"],
  [5, "video_patrol"],
  [6, "pet_patrol"]
])

/**
 * Who started a cleaning, in cleaning records.
 *
 * @since 0.1.0
 * @category tables
 */
export const startTypeNames: ReadonlyMap<number, string> = new Map([
  [1, "button"],
  [2, "app"],
  [3, "schedule"],
  [4, "mi_home"],
  [5, "quick_start"],
  [13, "voice_control"],
  [101, "routines"],
  [801, "alexa"],
  [802, "google"],
  [803, "ifttt"],
  [804, "yandex"],
  [805, "homekit"],
  [806, "xiaoai"],
  [807, "tmall_genie"],
  [808, "duer"],
  [809, "dingdong"],
  [810, "siri"],
  [811, "clova"],
  [901, "wechat"],
  [902, "alipay"],
  [903, "aqara"],
  [904, "hisense"],
  [905, "huawei"],
  [820, "widget_launch"],
  [821, "smart_watch"]
])

/**
 * Why a cleaning ended, in cleaning records.
 *
 * @since 0.1.0
 * @category tables
 */
export const finishReasonNames: ReadonlyMap<number, string> = new Map([
  [21, "manual_interrupt"],
  [24, "cleanup_interrupted"],
  [29, "manual_interrupt"],
  [32, "breakpoint"],
  [33, "breakpoint"],
  [34, "cleanup_interrupted"],
  [35, "manual_interrupt"],
  [36, "manual_interrupt"],
  [37, "manual_interrupt"],
  [43, "manual_interrupt"],
  [45, "locate_fail"],
  [64, "cleanup_interrupted"],
  [65, "locate_fail"],
  [48, "manual_interrupt"],
  [49, "manual_interrupt"],
  [50, "manual_interrupt"],
  [51, "cleanup_interrupted"],
  [52, "finished_cleaning"],
  [54, "finished_cleaning"],
  [55, "finished_cleaning"],
  [56, "finished_cleaning"],
  [57, "finished_cleaning"],
  [60, "manual_interrupt"],
  [61, "area_unreachable"],
  [62, "area_unreachable"],
  [67, "washing_error"],
  [68, "back_to_wash_failure"],
  [101, "cleanup_interrupted"],
  [102, "breakpoint"],
  [103, "manual_interrupt"],
  [104, "cleanup_interrupted"],
  [105, "cleanup_interrupted"],
  [106, "cleanup_interrupted"],
  [107, "cleanup_interrupted"],
  [109, "cleanup_interrupted"],
  [110, "cleanup_interrupted"],
  [114, "patrol_success"],
  [115, "patrol_fail"],
  [116, "pet_patrol_success"],
  [117, "pet_patrol_fail"]
])
