/**
 * Names of the data points and codes of washing machines and dryers (Zeo, PROTOCOL 8.3). Devices send codes that are not
 * listed: pass those through.
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
  [200, "start"],
  [201, "pause"],
  [202, "shutdown"],
  [203, "state"],
  [204, "mode"],
  [205, "program"],
  [206, "child_lock"],
  [207, "temp"],
  [208, "rinse_times"],
  [209, "spin_level"],
  [210, "drying_mode"],
  [211, "detergent_set"],
  [212, "softener_set"],
  [213, "detergent_type"],
  [214, "softener_type"],
  [215, "dirt_detection_switch"],
  [216, "dirt_detection_status"],
  [217, "countdown"],
  [218, "washing_left"],
  [219, "doorlock_state"],
  [220, "error"],
  [221, "custom_param_save"],
  [222, "custom_param_get"],
  [223, "sound_set"],
  [224, "times_after_clean"],
  [225, "default_setting"],
  [226, "detergent_empty"],
  [227, "softener_empty"],
  [228, "uv_light"],
  [229, "light_setting"],
  [230, "detergent_volume"],
  [231, "softener_volume"],
  [232, "app_authorization"],
  [233, "soak"],
  [234, "total_time"],
  [235, "smart_hosting"],
  [236, "smart_hosting_time"],
  [237, "feature_bits"],
  [238, "smart_hosting_waited_time"],
  [239, "custom_program_cleaning_time"],
  [240, "silent_mode_on"],
  [241, "silent_mode_start_time"],
  [242, "silent_mode_end_time"],
  [243, "unknown_243"],
  [244, "dry_care_mode"],
  [245, "softener_expansion_type"],
  [247, "smile_light_status"],
  [248, "detergent_expansion_type"],
  [249, "fluff_cleaned"],
  [250, "is_need_fluff_clean"],
  [251, "power_light"],
  [252, "panel_program_params_set"],
  [253, "panel_program_params_set_result"],
  [254, "save_adapted_cloud_program"],
  [255, "wash_dry_linked"],
  [256, "drying_method"],
  [257, "steam_volume"],
  [258, "ion_deodorization"],
  [260, "panel_timing_program_params"],
  [261, "steam_care_time"],
  [262, "device_bound"],
  [263, "cloth_put_in"],
  [264, "cloth_ready_to_dry_count_down"],
  [265, "start_dryer_error"],
  [266, "wifi_linkage_reset"],
  [10000, "id_query"],
  [10001, "f_c"],
  [10003, "set_sound_package"],
  [10004, "snd_state"],
  [10005, "product_info"],
  [10006, "privacy_info"],
  [10007, "ota_nfo"],
  [10008, "washing_log"],
  [10009, "voice_volume"],
  [10101, "rpc_request"],
  [10102, "rpc_response"],
  [10301, "voice_switch"],
  [10302, "voice_record_info"],
  [10303, "voice_record"],
  [10304, "voice_record_delete"]
])

/**
 * Bits of data point 237: what the machine can do.
 *
 * @since 0.1.0
 * @category tables
 */
export const featureBitNames: ReadonlyMap<number, string> = new Map([
  [0, "smart_hosting"],
  [1, "silent_mode"],
  [2, "new_custom_program"],
  [3, "dry_care"],
  [4, "set_uvc_in_appointment"],
  [5, "detect_door_status"],
  [6, "expand_softener"],
  [7, "set_params_in_working"],
  [8, "thirty_min_soak"],
  [9, "smile_light"],
  [10, "set_uvc_in_pause"],
  [11, "concentrated_detergent"],
  [12, "wool_detergent"],
  [13, "voice_assistant"],
  [14, "adapted_custom_program"],
  [15, "voice_assistant_record"],
  [16, "fluff_clean_notification"],
  [17, "power_button_indicator_light"],
  [18, "dirt_detection"],
  [19, "deep_self_clean"],
  [20, "save_panel_program_params"],
  [21, "steam_care"],
  [22, "wash_dry_linkage"],
  [23, "ion_deodorization"]
])

/**
 * What it is doing (203).
 *
 * @since 0.1.0
 * @category tables
 */
export const stateNames: ReadonlyMap<number, string> = new Map([
  [0, "null"],
  [1, "standby"],
  [2, "weighing"],
  [3, "soaking"],
  [4, "washing"],
  [5, "rinsing"],
  [6, "spinning"],
  [7, "drying"],
  [8, "cooling"],
  [9, "under_delay_start"],
  [10, "done"],
  [11, "updating"],
  [12, "aftercare"],
  [13, "waiting_for_aftercare"],
  [14, "steam_caring"],
  [15, "descaling"],
  [16, "cloth_ready"],
  [17, "waiting_for_drying"],
  [18, "pre_heating"],
  [19, "pre_heat_complete"],
  [20, "in_care"]
])

/**
 * Wash, dry, or both (204).
 *
 * @since 0.1.0
 * @category tables
 */
export const modeNames: ReadonlyMap<number, string> = new Map([
  [0, "null"],
  [1, "wash"],
  [2, "wash_and_dry"],
  [3, "dry"],
  [4, "treatment"]
])

/**
 * Programs (205).
 *
 * @since 0.1.0
 * @category tables
 */
export const programNames: ReadonlyMap<number, string> = new Map([
  [0, "null"],
  [1, "standard"],
  [2, "quick"],
  [3, "sanitize"],
  [4, "wool"],
  [5, "air_refresh"],
  [6, "custom"],
  [7, "bedding"],
  [8, "down"],
  [9, "silk"],
  [10, "rinse_and_spin"],
  [11, "spin"],
  [12, "down_clean"],
  [13, "baby_care"],
  [14, "anti_allergen"],
  [15, "sportswear"],
  [16, "night"],
  [17, "new_clothes"],
  [18, "shirts"],
  [19, "synthetics"],
  [20, "underwear"],
  [21, "gentle"],
  [22, "intensive"],
  [23, "cotton_linen"],
  [24, "season"],
  [25, "warming"],
  [26, "bra"],
  [27, "panties"],
  [28, "boiling_wash"],
  [29, "soaking"],
  [30, "socks"],
  [31, "towels"],
  [32, "anti_mite"],
  [33, "exo_40_60"],
  [34, "twenty_c"],
  [35, "t_shirts"],
  [36, "stain_removal"],
  [37, "small_things"],
  [39, "mixing"],
  [40, "bath_towel"],
  [41, "jeans"],
  [42, "outdoors"],
  [43, "timed_drying"],
  [44, "outdoor_jackets"],
  [45, "yoga"],
  [46, "quilt_drying"],
  [47, "flax"],
  [48, "suit"],
  [49, "sport_shoes"],
  [50, "rack_drying"],
  [51, "summer_quilt"],
  [52, "wind_breaker"],
  [53, "steam_care"],
  [54, "descaling"],
  [55, "deep_self_clean"],
  [56, "pet_care"],
  [57, "small_things_drying"]
])

/**
 * Temperature (207).
 *
 * @since 0.1.0
 * @category tables
 */
export const temperatureNames: ReadonlyMap<number, string> = new Map([
  [0, "null"],
  [1, "normal"],
  [2, "low"],
  [3, "medium"],
  [4, "high"],
  [5, "max"],
  [6, "twenty_c"],
  [7, "ninety_c"]
])

/**
 * How often it rinses (208).
 *
 * @since 0.1.0
 * @category tables
 */
export const rinseNames: ReadonlyMap<number, string> = new Map([
  [0, "none"],
  [1, "min"],
  [2, "low"],
  [3, "mid"],
  [4, "high"],
  [5, "max"]
])

/**
 * How fast it spins (209).
 *
 * @since 0.1.0
 * @category tables
 */
export const spinNames: ReadonlyMap<number, string> = new Map([
  [0, "null"],
  [1, "none"],
  [2, "very_low"],
  [3, "low"],
  [4, "mid"],
  [5, "high"],
  [6, "very_high"],
  [7, "max"]
])

/**
 * How it dries (210).
 *
 * @since 0.1.0
 * @category tables
 */
export const dryingModeNames: ReadonlyMap<number, string> = new Map([
  [0, "none"],
  [1, "quick"],
  [2, "iron"],
  [3, "store"]
])

/**
 * Detergent (213).
 *
 * @since 0.1.0
 * @category tables
 */
export const detergentTypeNames: ReadonlyMap<number, string> = new Map([
  [0, "empty"],
  [1, "low"],
  [2, "medium"],
  [3, "high"]
])

/**
 * Softener (214).
 *
 * @since 0.1.0
 * @category tables
 */
export const softenerTypeNames: ReadonlyMap<number, string> = new Map([
  [0, "empty"],
  [1, "low"],
  [2, "medium"],
  [3, "high"]
])

/**
 * What is wrong (220).
 *
 * @since 0.1.0
 * @category tables
 */
export const errorNames: ReadonlyMap<number, string> = new Map([
  [0, "none"],
  [1, "refill_error"],
  [2, "drain_error"],
  [3, "door_lock_error"],
  [4, "water_level_error"],
  [5, "inverter_error"],
  [6, "heating_error"],
  [7, "temperature_error"],
  [10, "communication_error"],
  [11, "drying_error"],
  [12, "drying_error_e_12"],
  [13, "drying_error_e_13"],
  [14, "drying_error_e_14"],
  [15, "drying_error_e_15"],
  [16, "drying_error_e_16"],
  [17, "drying_error_water_flow"],
  [18, "drying_error_restart"],
  [19, "spin_error"]
])

/**
 * Soaking (233).
 *
 * @since 0.1.0
 * @category tables
 */
export const soakNames: ReadonlyMap<number, string> = new Map([
  [0, "normal"],
  [1, "low"],
  [2, "medium"],
  [3, "high"],
  [4, "max"],
  [5, "very_max"]
])

/**
 * Care while drying (244).
 *
 * @since 0.1.0
 * @category tables
 */
export const dryCareNames: ReadonlyMap<number, string> = new Map([
  [0, "null"],
  [1, "soft"],
  [2, "normal"]
])

/**
 * How a dryer dries (256).
 *
 * @since 0.1.0
 * @category tables
 */
export const dryingMethodNames: ReadonlyMap<number, string> = new Map([
  [0, "null"],
  [1, "l1"],
  [2, "l2"],
  [3, "l3"]
])

/**
 * Steam (257).
 *
 * @since 0.1.0
 * @category tables
 */
export const steamVolumeNames: ReadonlyMap<number, string> = new Map([
  [0, "none"],
  [1, "low"],
  [2, "medium"],
  [3, "high"],
  [4, "max"]
])

/**
 * What the tank for softener is used for (245).
 *
 * @since 0.1.0
 * @category tables
 */
export const softenerExpansionNames: ReadonlyMap<number, string> = new Map([
  [0, "null"],
  [1, "softener"],
  [2, "softener_expansion"],
  [3, "wool_detergent"]
])

/**
 * What the tank for detergent is used for (248).
 *
 * @since 0.1.0
 * @category tables
 */
export const detergentExpansionNames: ReadonlyMap<number, string> = new Map([
  [0, "null"],
  [1, "concentrated_detergent"],
  [2, "detergent"]
])

/**
 * How far looking for dirt is (216).
 *
 * @since 0.1.0
 * @category tables
 */
export const dirtDetectionNames: ReadonlyMap<number, string> = new Map([
  [0, "idle"],
  [1, "detecting"],
  [2, "detection_completed"]
])

/**
 * Why the dryer that is linked to a washing machine does not begin (265).
 *
 * @since 0.1.0
 * @category tables
 */
export const dryerStartErrorNames: ReadonlyMap<number, string> = new Map([
  [0, "null"],
  [1, "dryer_running"],
  [2, "dryer_error"],
  [3, "dryer_done"],
  [4, "dryer_waiting_hosting"],
  [5, "dryer_smart_hosting"],
  [6, "dryer_countdown"],
  [7, "dryer_network_fail"]
])
