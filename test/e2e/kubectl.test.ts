import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { clusterScript } from '../support/cluster-script.ts';
import { type Script, startStub, type StubServer } from '../support/stub-api-server.ts';
import { run, start } from './support/run.ts';

const { bin: plugins, version } = inject('release');
const { kubectl } = inject('programs');
const scratch = mkdtempSync(path.join(tmpdir(), 'calico-fix-kubectl-'));
const sample = (name: string) => path.join(import.meta.dirname, '../dumps', name);

let stub: StubServer | null = null;

/** What a user has: kubectl and the plugin on PATH, a kubeconfig that leads to the stub. */
async function surroundings(script: Script): Promise<Record<string, string>> {
  stub = await startStub(script);
  const kubeconfig = path.join(scratch, 'config');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'here',
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: stub.url } }],
      users: [{ name: 'u', user: { token: 't' } }],
    }),
  );
  const PATH = [plugins, scratch].join(path.delimiter);
  return { PATH, HOME: scratch, KUBECONFIG: kubeconfig };
}

const nobody: Record<string, string> = {
  PATH: [plugins, scratch].join(path.delimiter),
  HOME: scratch,
  KUBECONFIG: '/dev/null',
};

describe.skipIf(kubectl === null)('through kubectl', () => {
  const call = path.join(scratch, 'kubectl');

  beforeAll(() => symlinkSync(kubectl ?? '', call));
  afterEach(async () => await stub?.close());
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it('the plugin is found, and kubectl has nothing to say against it', async () => {
    const { code, stdout, stderr } = await run(call, ['plugin', 'list'], nobody);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(path.join(plugins, 'kubectl-calico_fix')),
    });
    expect(stderr).not.toContain('warning');
  });

  it('help and errors speak of kubectl calico-fix and name no file', async () => {
    const help = await run(call, ['calico-fix', '--help'], nobody);
    const wrong = await run(call, ['calico-fix', 'diagnose', '--nope'], nobody);
    expect(help).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Usage: kubectl calico-fix /),
    });
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    for (const { stdout, stderr } of [help, wrong])
      expect(stdout + stderr).not.toMatch(/kubectl[-_]calico[-_]fix|start\.js/);
  });

  it('without a command it shows its help', async () => {
    expect(await run(call, ['calico-fix'], nobody)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('kubectl calico-fix diagnose'),
    });
  });

  it.each([
    { args: ['version'], code: 0 },
    { args: ['diagnose', '--from', sample('healthy-after-reboot')], code: 0 },
    { args: ['diagnose', '--from', sample('oom-killed')], code: 1 },
    { args: ['diagnose', '--from', '/nonexistent'], code: 2 },
    { args: ['explain', 'no-such-finding'], code: 2 },
  ])('the exit code of $args is its own', async ({ args, code }) => {
    expect(await run(call, ['calico-fix', ...args], nobody)).toMatchObject({ code, signal: null });
  });

  it('reads the cluster of the kubeconfig, says who it is, and writes nothing', async () => {
    const env = await surroundings(clusterScript({ objects: [] }));
    const { code, stdout } = await run(call, ['calico-fix', 'diagnose', '-o', 'json'], env);
    expect(code).not.toBe(null);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Diagnosis', tool: { version } });
    const own = stub?.seen.filter(({ headers }) =>
      headers['user-agent']?.startsWith(`kubectl-calico-fix/${version}`),
    );
    expect(own?.length).toBeGreaterThan(5);
    expect(
      own?.filter(({ method, path: at }) => method !== 'GET' && !at.endsWith('reviews')),
    ).toEqual([]);
  });

  it.each([
    { signal: 'SIGINT' as const, ended: { code: 130, signal: null } },
    { signal: 'SIGTERM' as const, ended: { code: null, signal: 'SIGTERM' } },
  ])('$signal reaches it, and its answer comes back', async ({ signal, ended }) => {
    const env = await surroundings(() => ({ ends: 'silence' }));
    const running = start(call, ['calico-fix', 'diagnose'], env);
    const ofPlugin = () =>
      stub?.seen.some(({ headers }) => headers['user-agent']?.startsWith('kubectl-calico-fix'));
    await expect.poll(ofPlugin, { timeout: 20_000 }).toBe(true);
    running.interrupt(signal);
    expect(await running.done).toMatchObject({ ...ended, stdout: '' });
    // kubectl gave its place to the plugin: nobody is left behind.
    expect(() => process.kill(running.pid, 0)).toThrow('ESRCH');
  });
});
