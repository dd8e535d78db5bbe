import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** lib ← components ← features ← routes; features do not import each other; only features call api. */
const FORBIDDEN = {
  lib: ["api", "components", "features", "routes"],
  api: ["components", "features", "routes"],
  components: ["api", "features", "routes"],
  features: ["features", "routes"],
  routes: ["api"],
};
const floors = Object.entries(FORBIDDEN).map(([floor, others]) => ({
  files: [`src/${floor}/**`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { group: others.map((other) => `@/${other}/*`), message: `Modules of ${floor} do not import these.` },
          ...(floor === "routes" ? [] : [{ regex: "^\\.\\./", message: "Beyond its own folder, a module is named from @/." }]),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["src/api/schema.d.ts", "node_modules"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  jsxA11y.flatConfigs.recommended,
  reactHooks.configs.flat.recommended,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] } } },
    rules: {
      "no-console": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      complexity: ["error", 15],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/only-throw-error": "off", // the router's redirects are thrown
    },
  },
  ...floors,
  { files: ["**/*.test.{ts,tsx}", "eslint.config.js"], rules: { "@typescript-eslint/no-unsafe-assignment": "off" } },
  { files: ["eslint.config.js"], ...tseslint.configs.disableTypeChecked },
);
