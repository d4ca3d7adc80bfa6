/**
 * The languages that have a grammar, as in `languages.ts`, and the longest block of each that is highlighted, in
 * characters: where the grammar takes some 50 ms for the worst text. The grammars themselves stand apart, for they take
 * megabytes.
 */
const longest = {
  Bash: 3000,
  C: 1500,
  'C#': 1200,
  'C++': 1500,
  CMake: 3000,
  CSS: 3000,
  Clojure: 3000,
  Dart: 3000,
  Diff: 3000,
  Docker: 3000,
  Elixir: 3000,
  Erlang: 3000,
  Go: 3000,
  GraphQL: 3000,
  HTML: 3000,
  Haskell: 1500,
  INI: 2000,
  JSON: 3000,
  Java: 2000,
  JavaScript: 3000,
  Julia: 3000,
  Kotlin: 3000,
  Lua: 3000,
  Makefile: 3000,
  MySQL: 3000,
  'Nginx configuration file': 3000,
  'Objective-C': 3000,
  PHP: 3000,
  Perl: 3000,
  'PostgreSQL SQL dialect': 3000,
  PowerShell: 3000,
  'Protocol Buffer': 2000,
  Python: 3000,
  'Python 2.x': 3000,
  R: 3000,
  Ruby: 3000,
  Rust: 3000,
  SCSS: 3000,
  SQL: 3000,
  Scala: 2000,
  Swift: 3000,
  TOML: 2000,
  TeX: 3000,
  TypeScript: 3000,
  XML: 3000,
  YAML: 3000,
} as const

/** A language that has a grammar. */
export type Highlighted = keyof typeof longest

/** How long a block may be; undefined where the language has no grammar. */
export const longestOf: ReadonlyMap<string, number> = new Map(Object.entries(longest))
