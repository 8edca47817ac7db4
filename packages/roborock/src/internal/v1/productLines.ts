/** What a product line has by its build; feature bits say the rest. */
export type Part =
  | "camera"
  | "electronicMop"
  | "maxPlus"
  | "maxPlusWithoutPureMop"
  | "obstacleSetting"
  | "obstacles"
  | "pureMop"
  | "remoteView"
  | "shakingMop"
  | "spinningMop"

/** Product lines with the same parts: names, and the last parts of their models. */
interface Build {
  readonly parts: ReadonlyArray<Part>
  readonly lines: Readonly<Record<string, string>>
}

const builds: ReadonlyArray<Build> = [
  {
    parts: ["camera", "maxPlus", "obstacleSetting", "obstacles", "pureMop", "remoteView", "spinningMop"],
    lines: {
      Coral: "a20 a21",
      CoralPro: "a143 a144",
      PearlPlus: "a86 a87",
      PearlPlusS: "a116 a117 a136",
      Vivian: "a134 a135 a155 a156"
    }
  },
  {
    parts: ["maxPlus", "obstacleSetting", "obstacles", "pureMop", "spinningMop"],
    lines: {
      Pearl: "a74 a75",
      PearlC: "a103 a104",
      PearlE: "a167 a168",
      PearlELite: "a169 a170",
      PearlS: "a100 a101",
      PearlSLite: "a122 a123",
      VivianC: "a158 a159"
    }
  },
  {
    parts: [],
    lines: { RubyPlus: "t4 s4", RubySC: "p5 a08", RubySE: "a19", TanosSC: "a39 a40", TanosSE: "a33 a34" }
  },
  {
    parts: ["electronicMop"],
    lines: { RubySLite: "p6 s5e a05", TanosSLite: "a37 a38" }
  },
  {
    parts: ["remoteView"],
    lines: { Tanos: "t6 s6" }
  },
  {
    parts: ["electronicMop", "remoteView"],
    lines: { TanosE: "t7 a11" }
  },
  {
    parts: ["pureMop", "remoteView", "shakingMop"],
    lines: { TanosS: "a14 a15", TopazS: "a29 a30 a76" }
  },
  {
    parts: ["maxPlus", "obstacleSetting", "obstacles", "pureMop", "remoteView", "shakingMop"],
    lines: {
      TanosSMax: "a52",
      TopazSPlus: "a46 a47 a66",
      Ultron: "a50 a51",
      UltronSC: "a94 a95",
      UltronSPlus: "a68 a69 a70"
    }
  },
  {
    parts: ["obstacleSetting", "obstacles", "pureMop", "remoteView", "shakingMop"],
    lines: { TanosSPlus: "a23 a24" }
  },
  {
    parts: ["camera", "electronicMop", "obstacleSetting", "obstacles", "remoteView"],
    lines: { TanosV: "t7p a09 a10" }
  },
  {
    parts: ["maxPlus", "obstacleSetting", "obstacles", "pureMop", "shakingMop"],
    lines: { TopazSC: "a64 a65" }
  },
  {
    parts: ["maxPlus", "pureMop", "shakingMop"],
    lines: { TopazSPower: "a62" }
  },
  {
    parts: ["camera", "maxPlus", "obstacleSetting", "obstacles", "pureMop", "remoteView", "shakingMop"],
    lines: { TopazSV: "a26 a27", UltronSV: "a96 a97", Verdelite: "a146 a147" }
  },
  {
    parts: ["maxPlusWithoutPureMop"],
    lines: { UltronE: "a72 a84" }
  },
  {
    parts: ["electronicMop", "maxPlusWithoutPureMop", "obstacleSetting", "obstacles"],
    lines: { UltronLite: "a73 a85" }
  },
  {
    parts: ["electronicMop", "maxPlusWithoutPureMop", "pureMop"],
    lines: { UltronSE: "a124 a125 a139 a140" }
  }
]

export interface Line {
  readonly name: string
  readonly parts: ReadonlySet<Part>
}

const lines: ReadonlyMap<string, Line> = new Map(
  builds.flatMap(({ lines, parts }) =>
    Object.entries(lines).flatMap(([name, models]) =>
      models.split(" ").map((model) => [model, { name, parts: new Set(parts) }] as const)
    )
  )
)

/** The line of a model such as `roborock.vacuum.a15`, where it is known. */
export const lineOf = (model: string | undefined): Line | undefined => lines.get(model?.split(".").at(-1) ?? "")

/** What a model that is not known is taken for: the line with most parts that sell today. */
export const assumed: Line = lines.get("a87") ?? { name: "PearlPlus", parts: new Set() }
