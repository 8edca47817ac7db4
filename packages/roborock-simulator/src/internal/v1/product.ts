/** The one kind of vacuum that is simulated: a robot with a mop, without camera and with a plain charging dock. */
export const model = "roborock.vacuum.a15"
export const productName = "Roborock S7"
export const firmware = "02.12.08"

/** Clean history with finish reasons, room names and tags, wider than 32 bits as on real robots. */
const featureBits = [0, 14, 22, 23, 38]
export const newFeatureInfo = featureBits.reduce((sum, bit) => sum + 2 ** bit, 0)
export const featureSet = String(newFeatureInfo)
export const newFeatureSet = "0000000000000000"

/** LED switch, several floors, timer summary, ordered rooms, analysis. */
export const featureInfo = [111, 112, 113, 114, 115, 116, 119, 120, 122, 123, 124]
