import { describe, expect, it } from 'vitest';
import { complete, type Sources } from '../../cmd/complete.ts';
import { checks } from '../../internal/checks/index.ts';
import { formats } from '../../internal/report/render.ts';
import { services } from '../../cmd/services.ts';
import { runScene } from '../support/cli.ts';
import { fixScene } from '../support/fix-scene.ts';
import { memoryCluster } from '../support/memory-cluster.ts';
import { recordOf } from '../support/plan.ts';

const nobody: Sources = {
  kubeconfig: () => Promise.resolve({ contexts: [], clusters: [], users: [] }),
  nodes: () => Promise.resolve([]),
  findings: () => Promise.resolve([]),
  records: () => Promise.resolve([]),
};

async function ask(words: readonly string[], sources: Partial<Sources> = {}) {
  let printed = '';
  const stdout = { write: (text: string) => (printed += text) };
  const code = await complete(
    words,
    {
      stdout,
      stderr: stdout,
      env: {},
      isInteractive: false,
      ask: () => Promise.resolve(null),
      signal: new AbortController().signal,
      services,
    },
    { ...nobody, ...sources },
  );
  const lines = printed.trimEnd().split('\n');
  return {
    code,
    values: lines.slice(0, -1).map((line) => line.split('\t', 1)[0]),
    directive: lines.at(-1),
  };
}

const noFiles = ':4';
const files = ':0';

describe('what stands at the cursor', () => {
  it.each([
    { words: ['dia'], values: ['diagnose'] },
    { words: ['--ver'], values: ['--version'] },
    { words: ['diagnose', '--fail'], values: ['--fail-on'] },
    { words: ['diagnose', '--fail-on', ''], values: ['error', 'warning'] },
    { words: ['diagnose', '--fail-on', 'w'], values: ['warning'] },
    { words: ['diagnose', '--fail-on=w'], values: ['warning'] },
    { words: ['diagnose', '-o', 'ya'], values: ['yaml'] },
    { words: ['diagnose', '-o=ya'], values: ['yaml'] },
    { words: ['diagnose', '-n', 'x', '-o', 'ju'], values: ['junit'] },
    { words: ['diagnose', '-nx', '--ou'], values: ['--output'] },
    {
      words: ['diagnose', '--context', 'diagnose', '--insec'],
      values: ['--insecure-skip-tls-verify'],
    },
    { words: ['diagnose', '--insecure-skip-tls-verify', '--output', 'sa'], values: ['sarif'] },
    { words: ['explain', '-o', ''], values: ['text', 'markdown'] },
    { words: ['completion', ''], values: ['bash', 'zsh', 'fish', 'powershell', 'install'] },
    { words: ['help', 'pre'], values: ['predict'] },
    { words: ['fix', '--dry-run', ''], values: ['none', 'client', 'server'] },
    { words: ['fix', '--dry-run=s'], values: ['server'] },
    { words: ['undo', '--dry'], values: ['--dry-run'] },
    { words: ['fix', '--ignore'], values: ['--ignore-daemonsets'] },
    { words: ['history', '-o', 'y'], values: ['yaml'] },
    { words: ['diagnose', 'dum'], values: [] },
    { words: ['diagnose', '--', '--fail'], values: [] },
    { words: ['diagnose', '--nope='], values: [] },
    { words: ['nonsense', 'dia'], values: ['diagnose'] },
    { words: ['diagnose', '--token', ''], values: [] },
  ])('$words', async ({ words, values }) => {
    expect(await ask(words)).toEqual({ code: 0, values, directive: noFiles });
  });

  it.each([
    [['diagnose', '--from', '']],
    [['diagnose', '--from=du']],
    [['diagnose', '--kubeconfig', 'k']],
    [['collect', '-o', '']],
  ])('%j is a file: the shell knows those better', async (words) => {
    expect(await ask(words)).toEqual({ code: 0, values: [], directive: files });
  });

  it('a method that wants more gets no space behind it', async () => {
    expect(await ask(['predict', '--method', 'ci'])).toMatchObject({
      values: ['cidr='],
      directive: ':6',
    });
  });
});

describe('what it offers is what there is', () => {
  it('commands: those that help names, and no hidden one', async () => {
    const { stdout } = await runScene(['--help']);
    const named = [...stdout.matchAll(/^ {2}(\w+) .*\[/gm)].map(([, name]) => name);
    const { values } = await ask(['']);
    expect(values).toEqual(expect.arrayContaining(['diagnose', 'explain', 'completion', 'help']));
    expect(values).toEqual([...named]);
  });

  it.each(['diagnose', 'fix', 'undo', 'history', 'predict', 'collect'])(
    'flags of %s: those that its help names',
    async (verb) => {
      const { stdout } = await runScene([verb, '--help']);
      const named = [...stdout.matchAll(/^ +(?:-\w, )?(--[\w-]+)/gm)].map(([, name]) => name);
      const { values } = await ask([verb, '--']);
      expect(new Set(values)).toEqual(new Set(named));
    },
  );

  it('a flag once, unless it may be repeated', async () => {
    const { values } = await ask(['diagnose', '--output', 'json', '--node', 'a', '--']);
    expect(values).not.toContain('--output');
    expect(values).toContain('--node');
  });

  it('forms of output: those that the commands take', async () => {
    expect((await ask(['diagnose', '-o', ''])).values).toEqual([...formats]);
    const refused = await runScene(['predict', '-o', 'nope']);
    expect(refused.stderr).toContain((await ask(['predict', '-o', ''])).values.join(', '));
  });

  it('findings: the ids of all checks, with their titles', async () => {
    const { stdout } = await runScene(['__complete', 'explain', '']);
    const lines = stdout.trimEnd().split('\n');
    const ids = lines.slice(0, -1).map((line) => line.split('\t')[0]);
    expect(ids).toEqual([...checks.map(({ id }) => id), 'undetermined']);
    expect(lines.every((line) => /^\S+\t\S|^:4$/.test(line))).toBe(true);
  });
});

describe('names from outside', () => {
  const some =
    (...values: readonly string[]) =>
    () =>
      Promise.resolve(values.map((value) => ({ value, text: '' })));

  it.each([
    [['fix', 'w'], { findings: some('wrong-a', 'other') }, ['wrong-a']],
    [['fix', '--yes', ''], { findings: some('wrong-a', 'other') }, ['wrong-a', 'other']],
    [['fix', 'wrong-a', ''], { findings: some('wrong-a') }, []],
    [['undo', '2026'], { records: some('20261121-1-a', '20251121-1-a') }, ['20261121-1-a']],
    [['history', ''], { records: some('20261121-1-a') }, []],
    [['fix', '--node', 'n'], { nodes: () => Promise.resolve(['n1', 'm1']) }, ['n1']],
  ] as const)('%j', async (words, sources, values) => {
    expect(await ask(words, sources)).toEqual({ code: 0, values, directive: noFiles });
  });

  it('records are those of the journal', async () => {
    const { run, journal } = fixScene(memoryCluster());
    journal.write(recordOf({ id: '20260301-1-a' }));
    const { stdout } = await run(['__complete', 'undo', '']);
    expect(stdout).toMatch(/^20260301-1-a\t\S[^\n]*\n:4\n$/);
  });

  const kubeconfig: Sources['kubeconfig'] = () =>
    Promise.resolve({ contexts: ['prod', 'arn:aws:x/y'], clusters: ['c1'], users: ['me'] });

  it.each([
    { words: ['diagnose', '--context', ''], values: ['prod', 'arn:aws:x/y'] },
    { words: ['diagnose', '--context=ar'], values: ['arn:aws:x/y'] },
    { words: ['diagnose', '--cluster', ''], values: ['c1'] },
    { words: ['diagnose', '--user', ''], values: ['me'] },
  ])('$words', async ({ words, values }) => {
    expect(await ask(words, { kubeconfig })).toEqual({ code: 0, values, directive: noFiles });
  });

  it('nodes are asked for with the flags that stand before', async () => {
    const seen: unknown[] = [];
    const words = [
      'diagnose',
      '--context',
      'prod',
      '--kubeconfig=k',
      '--as-group',
      'g',
      '--node',
      'w',
    ];
    const answer = await ask(words, {
      nodes: ({ context, kubeconfig: file, asGroup }) => {
        seen.push({ context, file, asGroup });
        return Promise.resolve(['worker-1', 'worker-2', 'control-1']);
      },
    });
    expect(seen).toEqual([{ context: 'prod', file: 'k', asGroup: ['g'] }]);
    expect(answer).toEqual({ code: 0, values: ['worker-1', 'worker-2'], directive: noFiles });
  });

  it('the nodes of a dump are not looked for in the cluster', async () => {
    const nodes = () => Promise.resolve(['worker-1']);
    expect((await ask(['diagnose', '--from', 'd', '--node', ''], { nodes })).values).toEqual([]);
  });

  it('a name that could do harm in a terminal is left out', async () => {
    const nodes = () => Promise.resolve(['worker-1', 'worker\u001b[2J', 'a\nb', '']);
    expect((await ask(['diagnose', '--node', ''], { nodes })).values).toEqual(['worker-1']);
  });

  it.each([
    ['a login that fails', () => Promise.reject(new Error('no'))],
    [
      'a bug',
      () => {
        throw new TypeError('oops');
      },
    ],
  ])('%s is not spoken of', async (_, nodes) => {
    expect(await ask(['diagnose', '--node', ''], { nodes })).toEqual({
      code: 0,
      values: [],
      directive: noFiles,
    });
  });
});
