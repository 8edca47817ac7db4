/** Which package a package may import. `docs/decisions` and CONTRIBUTING.md explain the direction; this table enforces it. */
const arrows = {
  codec: [],
  connection: ["codec"],
  broker: ["codec", "connection"],
  roborock: ["connection"],
  "roborock-simulator": ["broker", "connection", "roborock"],
  cli: ["broker", "codec", "connection", "roborock", "roborock-simulator"]
}

/** What any test folder may import besides: a broker to talk to and a cloud to log in to. */
const testDoubles = ["broker", "roborock-simulator"]

/** Modules of `effect` that are plain data: no fiber runtime behind them. */
const pureEffectModules = [
  "Array",
  "BigInt",
  "Boolean",
  "Brand",
  "Data",
  "Effectable",
  "Either",
  "Equal",
  "Equivalence",
  "Function",
  "Hash",
  "Number",
  "Option",
  "Order",
  "Pipeable",
  "Predicate",
  "Record",
  "Redacted",
  "String",
  "Struct",
  "Tuple",
  "Types"
]

/** The two codec modules that stand apart from its core. */
const codecEdges = "^packages/codec/src/(PacketSchema|PacketStream|internal/schema/[^/]+)\\.ts$"

const anyOf = (names) => `(${names.join("|")})`

const others = (name, allowed) => Object.keys(arrows).filter((other) => other !== name && !allowed.includes(other))

const layerRules = Object.entries(arrows).flatMap(([name, allowed]) => {
  const rule = (folder, reachable) => {
    const forbidden = others(name, reachable)
    return forbidden.length === 0 ? [] : [{
      name: `layers-${name}-${folder}`,
      severity: "error",
      comment: `packages/${name}/${folder} may import ${reachable.join(", ") || "no other package"}.`,
      from: { path: `^packages/${name}/${folder}/` },
      to: { path: `^packages/${anyOf(forbidden)}/` }
    }]
  }
  return [
    ...rule("src", allowed),
    ...rule("test", [...new Set([...allowed, ...testDoubles])].filter((other) => other !== name))
  ]
})

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: "no-cycles",
      severity: "error",
      comment: "No import cycles, type-only ones included: what two modules both need is a third module.",
      from: {},
      to: { circular: true }
    },
    {
      name: "no-foreign-internals",
      severity: "error",
      comment: "src/internal is private to its package; the exports map closes it to users, this rule to us.",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^packages/[^/]+/src/(node/)?internal/", pathNot: "^packages/$1/" }
    },
    {
      name: "no-internals-in-examples",
      severity: "error",
      comment: "An example shows what a user can write, so it imports public modules.",
      from: { path: "^examples/" },
      to: { path: "^packages/[^/]+/src/(node/)?internal/" }
    },
    {
      name: "no-node-in-main-entry",
      severity: "error",
      comment: "The main entry runs in a browser: Node built-ins belong under src/node/.",
      from: { path: "^packages/[^/]+/src/", pathNot: "^packages/(cli/src/|[^/]+/src/node/)" },
      to: { dependencyTypes: ["core"] }
    },
    {
      name: "no-platform-node-in-main-entry",
      severity: "error",
      comment: "The main entry runs in a browser: @effect/platform-node belongs under src/node/.",
      from: { path: "^packages/[^/]+/src/", pathNot: "^packages/(cli/src/|[^/]+/src/node/)" },
      to: { path: "@effect/platform-node" }
    },
    {
      name: "no-node-folder-in-main-entry",
      severity: "error",
      comment: "src/node/ is reached through the /node subpath, never through the main entry.",
      from: { path: "^packages/[^/]+/src/", pathNot: "^packages/(cli/src/|[^/]+/src/node/)" },
      to: { path: "^packages/[^/]+/src/node/" }
    },
    {
      name: "no-node-in-codec",
      severity: "error",
      comment: "The codec is pure: no Node built-ins anywhere in its sources.",
      from: { path: "^packages/codec/src/" },
      to: { dependencyTypes: ["core"] }
    },
    {
      name: "codec-core-is-pure",
      severity: "error",
      comment: "The codec core imports pure data modules of effect only (PacketSchema and PacketStream stand apart).",
      from: { path: "^packages/codec/src/", pathNot: codecEdges },
      to: {
        dependencyTypes: ["npm", "npm-dev", "npm-peer"],
        pathNot: `/node_modules/effect/(dist/(esm|cjs|dts)|src)/${anyOf(pureEffectModules)}\\.`
      }
    },
    {
      name: "codec-core-without-its-edges",
      severity: "error",
      comment: "Importing the codec core pulls in neither Schema nor Stream.",
      from: { path: "^packages/codec/src/", pathNot: codecEdges },
      to: { path: codecEdges }
    },
    {
      name: "no-tests-in-sources",
      severity: "error",
      comment: "Published code does not depend on tests or test set-up.",
      from: { path: "^packages/[^/]+/src/" },
      to: { path: "^(packages/[^/]+/test/|examples/|vitest\\.)" }
    },
    {
      name: "no-dev-dependency-in-sources",
      severity: "error",
      comment: "What published code imports is a dependency or a peer dependency of its package.",
      from: { path: "^packages/[^/]+/src/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm", "npm-peer"] }
    },
    {
      name: "no-undeclared-dependency",
      severity: "error",
      comment: "Every import is declared in the package.json next to it.",
      from: { path: "^(packages|examples)/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] }
    },
    {
      name: "no-unresolved-import",
      severity: "error",
      comment: "An import that does not resolve escapes every rule above.",
      from: {},
      to: { couldNotResolve: true }
    }
  ],
  required: [
    {
      name: "rules-see-npm-packages",
      severity: "error",
      comment: "A canary: the client plainly imports effect. If that is not seen, rules about npm packages are blind.",
      module: { path: "^packages/connection/src/MqttClient\\.ts$" },
      to: { path: "node_modules/effect/" }
    }
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(packages/[^/]+|examples|benchmarks|interop|soak)/(dist|build|docgen)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@effect-mqtt/source", "import", "node", "default", "types"],
      extensions: [".ts", ".js", ".d.ts"]
    }
  }
}
