import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startStub, type StubServer } from '../support/stub-api-server.ts';
import { run } from './support/run.ts';
import { which } from './support/which.ts';

const { bin: plugins } = inject('release');
const { kubectl } = inject('programs');
const scratch = mkdtempSync(path.join(tmpdir(), 'calico-fix-completion-'));
const plugin = path.join(scratch, 'kubectl-calico_fix');
const env = {
  PATH: [scratch, '/usr/bin', '/bin'].join(path.delimiter),
  HOME: scratch,
  KUBECONFIG: path.join(scratch, 'config'),
};
let stub: StubServer;

beforeAll(async () => {
  copyFileSync(path.join(plugins, 'kubectl-calico_fix'), plugin);
  if (kubectl !== null) symlinkSync(kubectl, path.join(scratch, 'kubectl'));
  stub = await startStub(() => ({
    json: { items: ['storage-1', 'storage-2', 'web-1'].map((name) => ({ metadata: { name } })) },
  }));
  const config = {
    'current-context': 'blue',
    contexts: ['blue', 'green:1'].map((name) => ({ name, context: { cluster: 'c', user: 'u' } })),
    clusters: [{ name: 'c', cluster: { server: stub.url } }],
    users: [{ name: 'u', user: { token: 't' } }],
  };
  writeFileSync(env.KUBECONFIG, JSON.stringify(config));
});
afterAll(async () => {
  await stub.close();
  rmSync(scratch, { recursive: true, force: true });
});

describe.skipIf(kubectl === null)('kubectl calico-fix <TAB>', () => {
  beforeAll(async () => {
    await run(plugin, ['completion', 'install'], env);
  });

  // What kubectl's scripts for all shells call.
  const complete = async (...words: readonly string[]) => {
    const args = ['__complete', 'calico-fix', ...words];
    const { code, stdout } = await run(path.join(scratch, 'kubectl'), args, env);
    expect(code).toBe(0);
    return stdout.replaceAll(/\t.*$/gm, '');
  };

  it.each([
    { words: ['dia'], printed: 'diagnose\n:4\n' },
    { words: ['diagnose', '--fail-'], printed: '--fail-on\n:4\n' },
    { words: ['explain', 'oom'], printed: 'oom-killed\n:4\n' },
    { words: ['diagnose', '--context', ''], printed: 'blue\ngreen:1\n:4\n' },
    { words: ['diagnose', '--node', 'st'], printed: 'storage-1\nstorage-2\n:4\n' },
    { words: ['diagnose', '--from', ''], printed: ':0\n' },
  ])('$words', async ({ words, printed }) => {
    expect(await complete(...words)).toBe(printed);
  });
});

const bash = which('bash');

describe.skipIf(bash === null)('the script for bash', () => {
  // Does what readline does on <TAB>: words are split at COMP_WORDBREAKS, which has "=" and ":" in it.
  const tab = async (line: string) => {
    const words = line.match(/[=:]|[^\s=:]+/g) ?? [];
    const all = line.endsWith(' ') ? [...words, ''] : words;
    const script = [
      'source <(kubectl-calico_fix completion bash)',
      `COMP_LINE=${JSON.stringify(line)} COMP_POINT=${line.length} COMP_CWORD=${all.length - 1}`,
      `COMP_WORDS=(${all.map((word) => JSON.stringify(word)).join(' ')})`,
      '__kubectl_calico_fix_complete 2>/dev/null',
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ].join('\n');
    const { stdout } = await run(bash ?? '', ['--norc', '-c', script], env);
    return stdout.trimEnd().split('\n');
  };

  it.each([
    { line: 'kubectl-calico_fix dia', reply: ['diagnose'] },
    { line: 'kubectl-calico_fix diagnose --output=ju', reply: ['junit'] },
    {
      line: 'kubectl-calico_fix diagnose --output=',
      reply: expect.arrayContaining(['json', 'yaml']),
    },
    { line: 'kubectl-calico_fix diagnose --context gr', reply: ['green:1'] },
    { line: 'kubectl-calico_fix diagnose --context green:', reply: ['1'] },
    { line: 'kubectl-calico_fix diagnose --node we', reply: ['web-1'] },
    { line: 'kubectl-calico_fix explain ', reply: expect.arrayContaining(['oom-killed']) },
    { line: 'kubectl-calico_fix diagnose --from ', reply: [''] },
  ])('$line', async ({ line, reply }) => {
    expect(await tab(line)).toEqual(reply);
  });
});

describe.each(['zsh', 'fish'])('the script for %s', (shell) => {
  const program = which(shell);

  it.skipIf(program === null)('is one that the shell understands', async () => {
    const { stdout } = await run(plugin, ['completion', shell], env);
    const file = path.join(scratch, `script.${shell}`);
    writeFileSync(file, stdout);
    const { code, stderr } = await run(program ?? '', ['-n', file], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
