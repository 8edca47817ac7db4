import effect from "@effect/eslint-plugin"
import tseslint from "typescript-eslint"
import { castReason } from "./scripts/lint/castReason.mjs"

/** Format and lint are one check: dprint runs inside eslint, so `pnpm lint --fix` is the formatter. */
const format = {
  indentWidth: 2,
  lineWidth: 120,
  newLineKind: "lf",
  semiColons: "asi",
  quoteStyle: "alwaysDouble",
  quoteProps: "asNeeded",
  trailingCommas: "never",
  operatorPosition: "maintain",
  "arrowFunction.useParentheses": "force",
  "module.sortImportDeclarations": "caseInsensitive",
  "importDeclaration.sortNamedImports": "caseInsensitive"
}

const library = ["packages/*/src/**/*.ts"]

/** Where a program meets the process: the command line may print, exit and run effects. */
const edge = ["packages/cli/src/**/*.ts"]

const banned = (object, property, message) => ({ object, property, message })

export default tseslint.config(
  { ignores: ["**/dist/**", "**/build/**", "**/docgen/**", "**/coverage/**", "**/node_modules/**"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts", "**/*.mjs", "**/*.cjs", "packages/cli/page/*.js"],
    plugins: { "@effect": effect },
    languageOptions: { parser: tseslint.parser },
    rules: { "@effect/dprint": ["error", { config: format }] }
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { project: { rules: { "cast-reason": castReason } } },
    rules: {
      eqeqeq: "error",
      "no-fallthrough": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "no-debugger": "error",
      "@typescript-eslint/array-type": ["error", { default: "generic", readonly: "generic" }],
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/ban-ts-comment": ["error", { "ts-expect-error": "allow-with-description" }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unnecessary-type-assertion": "error",
      "@typescript-eslint/no-unused-vars": ["error", {
        argsIgnorePattern: "^_",
        varsIgnorePattern: "^_",
        destructuredArrayIgnorePattern: "^_",
        caughtErrors: "none"
      }],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }]
    }
  },
  {
    files: library.concat("examples/*.ts"),
    rules: {
      "project/cast-reason": "error",
      "@typescript-eslint/no-unsafe-argument": "error",
      "@typescript-eslint/no-unsafe-assignment": "error",
      "@typescript-eslint/no-unsafe-call": "error",
      "@typescript-eslint/no-unsafe-member-access": "error",
      "@typescript-eslint/no-unsafe-return": "error"
    }
  },
  {
    files: library,
    rules: {
      "@effect/no-import-from-barrel-package": ["error", {
        packageNames: ["effect", "@effect/platform", "@effect/platform-node"]
      }],
      // The rule above skips type imports; those follow the same one-namespace-per-module look.
      "no-restricted-imports": ["error", {
        paths: ["effect", "@effect/platform", "@effect/platform-node"].map((name) => ({
          name,
          message: `import (type) * as Module from "${name}/Module" instead of the barrel`
        }))
      }],
      "no-restricted-properties": [
        "error",
        banned("Queue", "unbounded", "Every buffer has a bound: Queue.bounded, sliding or dropping."),
        banned("PubSub", "unbounded", "Every buffer has a bound: PubSub.bounded, sliding or dropping."),
        banned("Effect", "forkDaemon", "Every fiber belongs to a Scope: Effect.forkScoped or a FiberSet."),
        banned("Math", "random", "Randomness comes from the Random service, so that tests control it."),
        banned("Date", "now", "Time comes from the Clock service, so that TestClock controls it.")
      ]
    }
  },
  {
    files: library,
    ignores: edge,
    rules: {
      "no-console": "error",
      "no-restricted-syntax": ["error", {
        selector: "MemberExpression[object.name='Effect'][property.name=/^run(Sync|Promise|Fork|Callback)/]",
        message: "A library returns effects; callbacks enter through FiberSet.runtime or Runtime.run*(runtime)."
      }, {
        selector: "NewExpression[callee.name='Date'][arguments.length=0]",
        message: "Time comes from the Clock service, so that TestClock controls it."
      }, {
        selector: "NewExpression[callee.name=/Error$/]:not(:function NewExpression, PropertyDefinition NewExpression)",
        message: "An error is made where it happens: users share no object, and its stack says where that was."
      }]
    }
  },
  {
    files: library,
    ignores: [...edge, "packages/*/src/node/**"],
    rules: {
      "no-restricted-globals": [
        "error",
        ...["setTimeout", "setInterval", "setImmediate"].map((name) => ({
          name,
          message: "Effect.sleep or Schedule, so that TestClock controls it."
        })),
        ...["process", "require", "__dirname"].map((name) => ({
          name,
          message: "The main entry runs in a browser; Node belongs under src/node/."
        }))
      ]
    }
  }
)
