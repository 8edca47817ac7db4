/**
 * Names of the data points and codes of B01 vacuums of the Q10 family (PROTOCOL 8.5). Robots send codes that are not
 * listed: pass those through.
 *
 * @since 0.1.0
 */

/**
 * The data points, as the device's maker calls them.
 *
 * @since 0.1.0
 * @category tables
 */
export const dataPointNames: ReadonlyMap<number, string> = new Map([
  [6, "dpCleanTime"],
  [7, "dpCleanArea"],
  [11, "dpSeek"],
  [12, "dpRemote"],
  [13, "dpMapReset"],
  [16, "dpRequest"],
  [18, "dpResetSideBrush"],
  [20, "dpResetMainBrush"],
  [22, "dpResetFilter"],
  [23, "dpRagLife"],
  [24, "dpResetRagLife"],
  [25, "dpNotDisturb"],
  [26, "dpVolume"],
  [27, "dpBeakClean"],
  [29, "dpTotalCleanArea"],
  [30, "dpTotalCleanCount"],
  [31, "dpTotalCleanTime"],
  [32, "dpTimer"],
  [33, "dpNotDisturbData"],
  [34, "dpDeviceInfo"],
  [35, "dpVoicePackage"],
  [36, "dpVoiceLanguage"],
  [37, "dpDustSwitch"],
  [39, "dpCustomMode"],
  [40, "dpMopState"],
  [42, "dpUnit"],
  [44, "dpCarpetCleanPrefer"],
  [45, "dpAutoBoost"],
  [47, "dpChildLock"],
  [50, "dpDustSetting"],
  [51, "dpMapSaveSwitch"],
  [52, "dpCleanRecord"],
  [53, "dpRecentCleanRecord"],
  [54, "dpRestrictedZone"],
  [55, "dpRestrictedZoneUp"],
  [56, "dpVirtualWall"],
  [57, "dpVirtualWallUp"],
  [58, "dpZoned"],
  [59, "dpZonedUp"],
  [60, "dpMultiMapSwitch"],
  [61, "dpMultiMap"],
  [62, "dpCustomerClean"],
  [63, "dpCustomerCleanRequest"],
  [64, "dpGetCarpet"],
  [65, "dpCarpetUp"],
  [66, "dpSelfIdentifyingCarpet"],
  [67, "dpSensorLife"],
  [68, "dpResetSensor"],
  [69, "dpRequestTimer"],
  [70, "dpRemoveZoned"],
  [71, "dpRemoveZonedUp"],
  [72, "dpRoomMerge"],
  [73, "dpRoomSplit"],
  [74, "dpResetRoomName"],
  [75, "dpRequestNotDisturbData"],
  [76, "dpCarpetCleanType"],
  [77, "dpButtonLightSwitch"],
  [78, "dpCleanLine"],
  [79, "dpTimeZone"],
  [80, "dpAreaUnit"],
  [81, "dpNetInfo"],
  [82, "dpCleanOrder"],
  [83, "dpRobotType"],
  [84, "dpLogSwitch"],
  [85, "dpFloorMaterial"],
  [86, "dpLineLaserObstacleAvoidance"],
  [87, "dpCleanProgress"],
  [88, "dpGroundClean"],
  [89, "dpIgnoreObstacle"],
  [90, "dpFault"],
  [91, "dpCleanExpand"],
  [92, "dpNotDisturbExpand"],
  [93, "dpTimerType"],
  [94, "dpCreateMapFinished"],
  [95, "dpAddCleanArea"],
  [96, "dpAddCleanState"],
  [97, "dpRestrictedArea"],
  [98, "dpRestrictedAreaUp"],
  [99, "dpSuspectedThreshold"],
  [100, "dpSuspectedThresholdUp"],
  [101, "dpCommon"],
  [102, "dpRequestDps"],
  [103, "dpCliffRestrictedAreaUp"],
  [104, "dpBreakpointClean"],
  [105, "dpValleyPointCharging"],
  [106, "dpValleyPointChargingDataUp"],
  [107, "dpValleyPointChargingData"],
  [108, "dpVoiceVersion"],
  [109, "dpRobotCountryCode"],
  [110, "dpHeartbeat"],
  [121, "dpStatus"],
  [122, "dpBattery"],
  [123, "dpFanLevel"],
  [124, "dpWaterLevel"],
  [125, "dpMainBrushLife"],
  [126, "dpSideBrushLife"],
  [127, "dpFilterLife"],
  [132, "dpTaskCancelInMotion"],
  [135, "dpOffline"],
  [136, "dpCleanCount"],
  [137, "dpCleanMode"],
  [138, "dpCleanTaskType"],
  [139, "dpBackType"],
  [141, "dpCleaningProgress"],
  [142, "dpFleeingGoods"],
  [201, "dpStartClean"],
  [202, "dpStartBack"],
  [203, "dpStartDockTask"],
  [204, "dpPause"],
  [205, "dpResume"],
  [206, "dpStop"],
  [207, "dpUserPlan"]
])

/**
 * What the robot is doing (121).
 *
 * @since 0.1.0
 * @category tables
 */
export const stateNames: ReadonlyMap<number, string> = new Map([
  [2, "sleeping"],
  [3, "idle"],
  [5, "cleaning"],
  [6, "returning_home"],
  [7, "remote_control_active"],
  [8, "charging"],
  [10, "paused"],
  [12, "error"],
  [14, "updating"],
  [22, "emptying_the_bin"],
  [29, "mapping"],
  [99, "saving_map"],
  [101, "relocating"],
  [102, "sweeping"],
  [103, "mopping"],
  [104, "sweep_and_mop"],
  [105, "transitioning"],
  [108, "waiting_to_charge"]
])

/**
 * Suction (123).
 *
 * @since 0.1.0
 * @category tables
 */
export const fanLevelNames: ReadonlyMap<number, string> = new Map([
  [0, "off"],
  [1, "quiet"],
  [2, "balanced"],
  [3, "turbo"],
  [4, "max"],
  [8, "max_plus"]
])

/**
 * Water (124).
 *
 * @since 0.1.0
 * @category tables
 */
export const waterLevelNames: ReadonlyMap<number, string> = new Map([
  [0, "off"],
  [1, "low"],
  [2, "medium"],
  [3, "high"]
])

/**
 * What it does with the floor (137).
 *
 * @since 0.1.0
 * @category tables
 */
export const cleanModeNames: ReadonlyMap<number, string> = new Map([
  [1, "bothwork"],
  [2, "onlysweep"],
  [3, "onlymop"],
  [4, "customized"],
  [5, "saveworry"],
  [6, "sweepmop"]
])

/**
 * How often the dock empties the bin (50): after each run, or after a number of minutes.
 *
 * @since 0.1.0
 * @category tables
 */
export const dustSettingNames: ReadonlyMap<number, string> = new Map([
  [0, "regular"],
  [15, "interval_15"],
  [30, "interval_30"],
  [45, "interval_45"],
  [60, "interval_60"]
])

/**
 * The way that is taken over the floor (78).
 *
 * @since 0.1.0
 * @category tables
 */
export const cleanLineNames: ReadonlyMap<number, string> = new Map([
  [0, "fast"],
  [1, "daily"],
  [2, "fine"]
])

/**
 * What it was sent to clean (138).
 *
 * @since 0.1.0
 * @category tables
 */
export const cleanTaskNames: ReadonlyMap<number, string> = new Map([
  [0, "idle"],
  [1, "smart"],
  [2, "electoral"],
  [3, "divideareas"],
  [4, "creatingmap"],
  [5, "part"]
])

/**
 * What is wrong (90); 400, 407, 501 and 502 are events, no faults.
 *
 * @since 0.1.0
 * @category tables
 */
export const faultNames: ReadonlyMap<number, string> = new Map([
  [0, "none"],
  [1, "lidar_blocked"],
  [2, "bumper_stuck"],
  [3, "robot_suspended"],
  [4, "cliff_sensor_error"],
  [5, "main_brush_stuck"],
  [7, "main_wheels_stuck"],
  [8, "robot_trapped"],
  [9, "check_dustbin_filter"],
  [12, "low_battery"],
  [14, "temperature_threshold"],
  [16, "robot_tilted"],
  [21, "lidar_cover_obstructed"],
  [24, "no_go_zone_detected"],
  [27, "mopping_module_stuck"],
  [28, "carpet_avoidance"],
  [29, "cannot_cross_carpet"],
  [46, "install_dust_bag"],
  [54, "mop_mount_fell_off"],
  [58, "lidar_dirty"],
  [301, "filter_service_life"],
  [302, "main_brush_service_life"],
  [303, "side_brush_service_life"],
  [304, "sensor_needs_cleaning"],
  [310, "dust_bag_full"],
  [400, "starting_scheduled_clean"],
  [407, "cleaning_in_progress"],
  [500, "empty_dustbin"],
  [501, "cleaning_completed_returning"],
  [502, "low_battery_resume"],
  [503, "docking_error"],
  [556, "positioning_failed"],
  [569, "too_frequent_emptying"],
  [570, "cannot_reach_target"],
  [588, "offline_warning_asleep"],
  [589, "offline_warning_low_battery"],
  [591, "dnd_auto_topup_disabled"],
  [707, "clean_carpet_ultrasonic_sensors"],
  [1002, "robot_error_reset"],
  [3001, "voice_pack_update_available"]
])

const notices: ReadonlySet<number> = new Set([301, 302, 303, 304, 400, 407, 501, 502])

/**
 * Whether a fault only says what happens, or that a part wants care: such a robot needs no help now.
 *
 * @since 0.1.0
 * @category guards
 */
export const isNotice = (fault: number): boolean => notices.has(fault)
