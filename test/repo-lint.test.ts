import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject, parseObject } from './support/json.ts';

const root = join(import.meta.dirname, '..');

/** What each room may import besides itself: the law of the architecture, written down apart from the linter's configuration. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  calico: ['model'],
  remediations: ['model', 'calico'],
  checks: ['model', 'calico', 'remediations'],
  plan: ['model'],
  report: ['model', 'plan'],
  apply: ['model', 'plan'],
  cluster: ['model'],
};
const rooms = Object.keys(mayImport);
const pureRooms = rooms.filter((room) => room !== 'cluster' && room !== 'apply');

interface Snippet {
  readonly path: string;
  readonly code: string;
  /** Rules reported for this file; empty where the code is allowed. */
  readonly rules: readonly string[];
}

const imports = 'eslint(no-restricted-imports)';
const globals = 'eslint(no-restricted-globals)';

const roomImports: readonly Snippet[] = rooms.flatMap((from) =>
  rooms
    .filter((to) => to !== from)
    .map((to) => ({
      path: `internal/${from}/deep/imports-${to}.ts`,
      code: `export { exported } from '../../${to}/target.ts';`,
      rules: mayImport[from]?.includes(to) ? [] : [imports],
    })),
);

const shellImports: readonly Snippet[] = rooms.flatMap((from) =>
  ['cmd', 'scripts', 'test'].map((to) => ({
    path: `internal/${from}/imports-${to}.ts`,
    code: `import type { Exported } from '../../${to}/target.ts';\nexport type Used = Exported;`,
    rules: [imports],
  })),
);

const worldImports: readonly Snippet[] = pureRooms.flatMap((room) =>
  ['node:fs', 'node:path', '@kubernetes/client-node', 'commander', 'tar-stream'].map(
    (name, index) => ({
      path: `internal/${room}/imports-world-${index}.ts`,
      code: `import * as world from '${name}';\nexport const used = world;`,
      rules: [imports],
    }),
  ),
);

const lazyImports: readonly Snippet[] = [
  'node:fs',
  '../cluster/target.ts',
  '../../cmd/target.ts',
].map((name, index) => ({
  path: `internal/checks/imports-lazily-${index}.ts`,
  code: `export const used = async () => import('${name}');`,
  rules: [imports],
}));

const pureGlobals: readonly Snippet[] = pureRooms.flatMap((room) =>
  [
    'process.env',
    'fetch',
    'new Date()',
    'Date.now()',
    'performance.now()',
    'globalThis.process',
    'setTimeout',
    'setInterval',
    'queueMicrotask',
    'crypto.randomUUID()',
  ].map((use, index) => ({
    path: `internal/${room}/global-${index}.ts`,
    code: `export const used: unknown = ${use};`,
    rules: [globals],
  })),
);

const others: readonly Snippet[] = [
  {
    path: 'internal/plan/chance.ts',
    code: 'export const n = Math.random();',
    rules: ['eslint(no-restricted-properties)'],
  },
  {
    path: 'internal/report/printing.ts',
    code: "export const p = () => console.log('x');",
    rules: ['eslint(no-console)', globals],
  },
  { path: 'internal/apply/clock.ts', code: 'export const now = Date.now();', rules: [globals] },
  {
    path: 'internal/apply/client.ts',
    code: "export { KubeConfig } from '@kubernetes/client-node';",
    rules: [imports],
  },
  {
    path: 'internal/cluster/client.ts',
    code: "export { KubeConfig } from '@kubernetes/client-node';",
    rules: [],
  },
  {
    path: 'internal/cluster/environment.ts',
    code: 'export const home = process.env;',
    rules: [globals],
  },
  {
    path: 'internal/cluster/flags.ts',
    code: "export { Command } from 'commander';",
    rules: [imports],
  },
  {
    path: 'cmd/client.ts',
    code: "export { KubeConfig } from '@kubernetes/client-node';",
    rules: [imports],
  },
  {
    path: 'cmd/script.ts',
    code: "export { exported } from '../scripts/target.ts';",
    rules: [imports],
  },
  {
    path: 'cmd/all.ts',
    code: "export { exported } from '../internal/checks/target.ts';",
    rules: [],
  },
  { path: 'cmd/clock.ts', code: 'export const now = new Date(process.uptime());', rules: [] },
  {
    path: 'cmd/printing.ts',
    code: "export const print = () => console.log('x');",
    rules: ['eslint(no-console)'],
  },
  { path: 'scripts/printing.ts', code: "export const print = () => console.log('x');", rules: [] },
  {
    path: 'cmd/any.ts',
    code: 'export const a = (x: any) => String(x);',
    rules: ['typescript(no-explicit-any)'],
  },
  {
    path: 'cmd/any-value.ts',
    code: "export const a: unknown = JSON.parse('{}').field;",
    rules: ['typescript(no-unsafe-member-access)'],
  },
  {
    path: 'cmd/non-null.ts',
    code: 'export const a = (x: string | null) => x!.length;',
    rules: ['typescript(no-non-null-assertion)'],
  },
  {
    path: 'cmd/assertion.ts',
    code: 'export const a = (x: unknown) => x as string;',
    rules: ['typescript(no-unsafe-type-assertion)'],
  },
  {
    path: 'cmd/floating.ts',
    code: 'const f = async () => 1;\nexport const g = () => {\n  f();\n};',
    rules: ['typescript(no-floating-promises)'],
  },
  {
    path: 'cmd/throwing.ts',
    code: "export const t = () => {\n  throw 'x';\n};",
    rules: ['typescript(only-throw-error)'],
  },
  {
    path: 'cmd/switching.ts',
    code: "export function s(x: 'a' | 'b') {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 0;\n}",
    rules: ['typescript(switch-exhaustiveness-check)'],
  },
  { path: 'cmd/default.ts', code: 'export default 1;', rules: ['import(no-default-export)'] },
  { path: 'some.config.ts', code: 'export default 1;', rules: [] },
  { path: 'cmd/camelCase.ts', code: 'export const a = 1;', rules: ['unicorn(filename-case)'] },
  {
    path: 'cmd/tui/lower-case.tsx',
    code: 'export const a = 1;',
    rules: ['unicorn(filename-case)'],
  },
  { path: 'cmd/tui/FindingList.tsx', code: 'export const a = 1;', rules: [] },
  { path: 'cmd/barrel.ts', code: "export * from './all.ts';", rules: ['oxc(no-barrel-file)'] },
  { path: 'internal/checks/index.ts', code: "export * from './target.ts';", rules: [] },
  {
    path: 'cmd/cycle-a.ts',
    code: "import { b } from './cycle-b.ts';\nexport const a = () => b();",
    rules: ['import(no-cycle)'],
  },
  {
    path: 'cmd/cycle-b.ts',
    code: "import { a } from './cycle-a.ts';\nexport const b = (): unknown => a;",
    rules: ['import(no-cycle)'],
  },
  {
    path: 'cmd/bare.ts',
    code: "export { join } from 'path';",
    rules: ['unicorn(prefer-node-protocol)'],
  },
  {
    path: 'cmd/long.ts',
    code: `export const a = 1;\n${'\n'.repeat(251)}`,
    rules: ['eslint(max-lines)'],
  },
  {
    path: 'cmd/long-function.ts',
    code: `export function f() {\n${'\n'.repeat(60)}  return 1;\n}`,
    rules: ['eslint(max-lines-per-function)'],
  },
  {
    path: 'test/mocking.test.ts',
    code: "import { vi } from 'vitest';\nvi.mock('./target.ts');",
    rules: ['vitest(no-restricted-vi-methods)'],
  },
  {
    path: 'cmd/disabled.ts',
    code: '// oxlint-disable-next-line no-console -- nothing is printed here\nexport const a = 1;',
    rules: ['unused-directive'],
  },
];

const targets: readonly Snippet[] = [
  ...rooms.map((room) => `internal/${room}`),
  'cmd',
  'scripts',
  'test',
].map((folder) => ({
  path: `${folder}/target.ts`,
  code: 'export interface Exported {\n  readonly a: 1;\n}\nexport const exported = 1;',
  rules: [],
}));

const snippets = [
  ...roomImports,
  ...shellImports,
  ...worldImports,
  ...lazyImports,
  ...pureGlobals,
  ...others,
  ...targets,
];

function writeTree(folder: string): void {
  for (const name of ['oxlint.config.ts', 'tsconfig.json', 'package.json', '.gitignore'])
    cpSync(join(root, name), join(folder, name));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  for (const { path, code } of snippets) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${code}\n`);
  }
}

/** Runs the linter over `folder` once: path of a file → rules reported in it, each once, sorted. */
function lint(folder: string): Map<string, readonly string[]> {
  const bin = join(root, 'node_modules/oxlint/bin/oxlint');
  const paths = ['internal', 'cmd', 'scripts', 'test', 'some.config.ts'];
  const { stdout } = spawnSync(process.execPath, [bin, '-f', 'json', ...paths], {
    cwd: folder,
    encoding: 'utf8',
  });
  const { diagnostics } = parseObject(stdout);
  const found = new Map<string, readonly string[]>();
  for (const diagnostic of Array.isArray(diagnostics) ? diagnostics : []) {
    if (!isObject(diagnostic)) continue;
    const { filename, code } = diagnostic;
    const path = typeof filename === 'string' ? filename : '';
    const rule = typeof code === 'string' ? code : 'unused-directive';
    found.set(path, [...new Set([...(found.get(path) ?? []), rule])].toSorted());
  }
  return found;
}

describe('the linter holds the architecture', () => {
  const folder = mkdtempSync(join(tmpdir(), 'repo-lint-'));
  let found = new Map<string, readonly string[]>();

  beforeAll(() => {
    writeTree(folder);
    found = lint(folder);
  }, 30_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(snippets)('$path', ({ path, rules }) => {
    expect(found.get(path) ?? []).toEqual(rules.toSorted());
  });
});
