import { defineConfig, type OxlintOverride } from 'oxlint';

// Who may import whom, besides itself and model/. CONTRIBUTING.md tells it in words.
const rooms: Readonly<Record<string, readonly string[]>> = {
  model: [],
  calico: [],
  remediations: ['calico'],
  checks: ['calico', 'remediations'],
  plan: [],
  report: ['plan'],
  apply: ['plan'],
  cluster: [],
};

// Rooms that only compute: equal input gives equal output, on any machine, at any time.
const pureRooms = ['model', 'calico', 'remediations', 'checks', 'plan', 'report'];

const filesOf = (names: readonly string[]) => names.map((room) => `internal/${room}/**`);

function outsideBan(room: string) {
  if (pureRooms.includes(room)) {
    return {
      regex: '^(node:|@kubernetes/|(commander|tar-stream|yauzl|ink|react)(/|$))',
      message: `${room}/ only computes: internal/cluster/ reads, cmd/ prints; take what you need from the snapshot or as an argument.`,
    };
  }
  const client = room === 'cluster' ? '' : '@kubernetes/|';
  return {
    regex: `^(${client}(commander|ink|react)(/|$))`,
    message: `${room}/ gets what it needs as arguments: the cluster from internal/cluster/, flags and screens from cmd/.`,
  };
}

// A later override replaces an earlier one for the same rule, so each room's entry holds all of its bans.
function importBans(room: string): OxlintOverride {
  const allowed = ['model', room, ...(rooms[room] ?? [])];
  const others = Object.keys(rooms).filter((name) => !allowed.includes(name));
  const patterns = [
    outsideBan(room),
    {
      regex: `^\\.[./]*/(${others.join('|')})/`,
      message: `${room}/ may import ${allowed.filter((name) => name !== room).join(', ') || 'no other room'}: move what both need there, or pass it in as an argument.`,
    },
    {
      regex: '^\\.[./]*/(cmd|scripts|test)/',
      message: 'internal/ knows no shell, script or test: let cmd/ call it with arguments.',
    },
  ];
  return {
    files: filesOf([room]),
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
}

type RestrictedGlobals = NonNullable<OxlintOverride['rules']>['no-restricted-globals'];

const clock = 'The only clock is snapshot.takenAt: reckon with internal/calico/time.ts.';
const requests = 'Only internal/cluster/ sends requests: read from the snapshot.';
const waiting = 'Nothing waits here: the caller decides when.';
const chance = 'No chance here: equal input gives equal output.';
const reasons: Readonly<Record<string, string>> = {
  process: 'Only cmd/ knows the process: take the value as an argument.',
  fetch: requests,
  WebSocket: requests,
  Date: clock,
  performance: clock,
  setTimeout: waiting,
  setInterval: waiting,
  setImmediate: waiting,
  queueMicrotask: waiting,
  crypto: chance,
  console: 'Return the text: cmd/ prints it.',
};

function globalBans(names: readonly string[]): RestrictedGlobals {
  const banned = names.map((name) => ({ name, message: reasons[name] ?? '' }));
  return ['error', { globals: banned, checkGlobalObject: true, globalObjects: ['global'] }];
}

const anyRules = ['argument', 'assignment', 'call', 'member-access', 'return', 'type-assertion'];
const switchedOff = Object.fromEntries(
  anyRules.map((rule) => [`typescript/no-unsafe-${rule}`, 'off'] as const),
);
const noModuleMocks = 'Pass a fake as an argument: modules and globals are not replaced.';

export default defineConfig({
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['dist/**', 'coverage/**', 'test/dumps/**', 'test/golden/**', 'test/vectors/**'],
  rules: {
    eqeqeq: 'error',
    'no-param-reassign': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'no-console': 'error',
    'max-lines': ['error', 250],
    'max-lines-per-function': ['error', 60],
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'import/no-duplicates': 'error',
    // `fc.assert` is how fast-check is written.
    'import/no-named-as-default-member': 'off',
    'oxc/no-barrel-file': ['error', { threshold: 0 }],
    // It takes an exhaustive switch for a function that may fall through.
    'typescript/consistent-return': 'off',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/switch-exhaustiveness-check': [
      'error',
      { considerDefaultExhaustiveForUnions: true },
    ],
    // A one-line helper beside its only use reads better than one at the top of the file.
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    // A forecast says what is now and what is then: text, which `await` does not call.
    'unicorn/no-thenable': 'off',
    'unicorn/no-abusive-eslint-disable': 'error',
    'unicorn/prefer-node-protocol': 'error',
  },
  overrides: [
    ...Object.keys(rooms).map(importBans),
    {
      files: ['cmd/**'],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                regex: '^@kubernetes/',
                message: 'Only internal/cluster/ speaks to Kubernetes: call it.',
              },
              {
                regex: '^\\.[./]*/(scripts|test)/',
                message: 'The product does not import its scripts or tests.',
              },
            ],
          },
        ],
      },
    },
    {
      files: filesOf(pureRooms),
      rules: {
        'no-restricted-globals': globalBans(Object.keys(reasons)),
        'no-restricted-properties': [
          'error',
          { object: 'Math', property: 'random', message: chance },
        ],
      },
    },
    {
      files: filesOf(['apply']),
      rules: {
        'no-restricted-globals': globalBans(Object.keys(reasons).filter((it) => it !== 'crypto')),
      },
    },
    { files: filesOf(['cluster']), rules: { 'no-restricted-globals': globalBans(['process']) } },
    { files: ['internal/checks/index.ts'], rules: { 'oxc/no-barrel-file': 'off' } },
    { files: ['**/*.tsx'], rules: { 'unicorn/filename-case': ['error', { case: 'pascalCase' }] } },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off' } },
    { files: ['scripts/**'], rules: { 'no-console': 'off' } },
    {
      files: ['test/**'],
      rules: {
        'max-lines': ['error', 400],
        'max-lines-per-function': 'off',
        // Tests look into parsed output freely: a wrong guess fails them.
        ...switchedOff,
        'vitest/expect-expect': ['error', { assertFunctionNames: ['expect', 'fc.assert'] }],
        'vitest/valid-expect': ['error', { maxArgs: 2 }],
        'vitest/no-restricted-vi-methods': [
          'error',
          { mock: noModuleMocks, doMock: noModuleMocks, stubGlobal: noModuleMocks },
        ],
      },
    },
  ],
});
