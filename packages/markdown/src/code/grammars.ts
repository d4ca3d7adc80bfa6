import type { LanguageFn } from 'highlight.js'
import bash from 'highlight.js/lib/languages/bash'
import c from 'highlight.js/lib/languages/c'
import clojure from 'highlight.js/lib/languages/clojure'
import cmake from 'highlight.js/lib/languages/cmake'
import cpp from 'highlight.js/lib/languages/cpp'
import csharp from 'highlight.js/lib/languages/csharp'
import css from 'highlight.js/lib/languages/css'
import dart from 'highlight.js/lib/languages/dart'
import diff from 'highlight.js/lib/languages/diff'
import dockerfile from 'highlight.js/lib/languages/dockerfile'
import elixir from 'highlight.js/lib/languages/elixir'
import erlang from 'highlight.js/lib/languages/erlang'
import go from 'highlight.js/lib/languages/go'
import graphql from 'highlight.js/lib/languages/graphql'
import haskell from 'highlight.js/lib/languages/haskell'
import ini from 'highlight.js/lib/languages/ini'
import java from 'highlight.js/lib/languages/java'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import julia from 'highlight.js/lib/languages/julia'
import kotlin from 'highlight.js/lib/languages/kotlin'
import latex from 'highlight.js/lib/languages/latex'
import lua from 'highlight.js/lib/languages/lua'
import makefile from 'highlight.js/lib/languages/makefile'
import nginx from 'highlight.js/lib/languages/nginx'
import objectivec from 'highlight.js/lib/languages/objectivec'
import perl from 'highlight.js/lib/languages/perl'
import php from 'highlight.js/lib/languages/php'
import powershell from 'highlight.js/lib/languages/powershell'
import protobuf from 'highlight.js/lib/languages/protobuf'
import python from 'highlight.js/lib/languages/python'
import r from 'highlight.js/lib/languages/r'
import ruby from 'highlight.js/lib/languages/ruby'
import rust from 'highlight.js/lib/languages/rust'
import scala from 'highlight.js/lib/languages/scala'
import scss from 'highlight.js/lib/languages/scss'
import sql from 'highlight.js/lib/languages/sql'
import swift from 'highlight.js/lib/languages/swift'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'
import type { Highlighted } from './longest.ts'

/** How a language is read. */
export interface Grammar {
  /** How highlight.js calls it. */
  readonly name: string
  readonly define: LanguageFn
  /** Whether what is no word is an operator or punctuation. */
  readonly hasOperators: boolean
}

const code = (name: string, define: LanguageFn): Grammar => ({ name, define, hasOperators: true })
const markup = (name: string, define: LanguageFn): Grammar => ({ name, define, hasOperators: false })

const html = markup('xml', xml)
const database = code('sql', sql)
const settings = markup('ini', ini)

const byLanguage: Readonly<Record<Highlighted, Grammar>> = {
  Bash: code('bash', bash),
  C: code('c', c),
  'C#': code('csharp', csharp),
  'C++': code('cpp', cpp),
  CMake: markup('cmake', cmake),
  CSS: markup('css', css),
  Clojure: code('clojure', clojure),
  Dart: code('dart', dart),
  Diff: markup('diff', diff),
  Docker: markup('dockerfile', dockerfile),
  Elixir: code('elixir', elixir),
  Erlang: code('erlang', erlang),
  Go: code('go', go),
  GraphQL: code('graphql', graphql),
  HTML: html,
  Haskell: code('haskell', haskell),
  INI: settings,
  JSON: code('json', json),
  Java: code('java', java),
  JavaScript: code('javascript', javascript),
  Julia: code('julia', julia),
  Kotlin: code('kotlin', kotlin),
  Lua: code('lua', lua),
  Makefile: markup('makefile', makefile),
  MySQL: database,
  'Nginx configuration file': markup('nginx', nginx),
  'Objective-C': code('objectivec', objectivec),
  PHP: code('php', php),
  Perl: code('perl', perl),
  'PostgreSQL SQL dialect': database,
  PowerShell: code('powershell', powershell),
  'Protocol Buffer': code('protobuf', protobuf),
  Python: code('python', python),
  'Python 2.x': code('python', python),
  R: code('r', r),
  Ruby: code('ruby', ruby),
  Rust: code('rust', rust),
  SCSS: markup('scss', scss),
  SQL: database,
  Scala: code('scala', scala),
  Swift: code('swift', swift),
  TOML: settings,
  TeX: markup('latex', latex),
  TypeScript: code('typescript', typescript),
  XML: html,
  YAML: markup('yaml', yaml),
}

/** Grammars by the name of the language, as in `languages.ts`. */
export const grammars: ReadonlyMap<string, Grammar> = new Map(Object.entries(byLanguage))
