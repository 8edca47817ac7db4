/** The dialects that devices speak. */
export type Family = "v1" | "dyad" | "zeo" | "q7" | "q10"

/** What the home data says of a device. */
interface Described {
  readonly protocolVersion: string | undefined
  readonly model: string | undefined
  readonly category: string | undefined
}

/** The dialect of a device, or the clause that says why it has none that is known here. */
export const familyOf = (
  { category, model, protocolVersion }: Described
): { readonly family: Family } | { readonly why: string } => {
  const named = model === undefined ? "" : ` (${model})`
  const suffix = model?.split(".").at(-1) ?? ""
  switch (protocolVersion) {
    case "1.0":
      return category === undefined || category === "robot.vacuum.cleaner"
        ? { family: "v1" }
        : { why: `devices of the category "${category}" are not supported` }
    case "A01":
      return category === "roborock.wetdryvac"
        ? { family: "dyad" }
        : category === "roborock.wm"
        ? { family: "zeo" }
        : { why: `devices of the category "${category ?? "unknown"}" are not supported${named}` }
    case "B01":
      return suffix.includes("sc")
        ? { family: "q7" }
        : suffix.includes("ss")
        ? { family: "q10" }
        : { why: `of B01 devices only the Q7 and Q10 families are supported${named}` }
    case undefined:
      return { why: "the cloud does not say which protocol it speaks" }
    default:
      return { why: `the protocol version "${protocolVersion}" is not known${named}` }
  }
}
