import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readFlags } from '../../cmd/flags.ts';
import { services } from '../../cmd/services.ts';
import { runScene, type Ran } from '../support/cli.ts';
import { healthyCluster } from '../support/cluster.ts';
import { daemonSet, node, pod } from '../support/cluster-objects.ts';
import { clusterScript, type Exception } from '../support/cluster-script.ts';
import { recordOf } from '../support/plan.ts';
import { filesOf } from '../support/sample-files.ts';
import { startStub, status, type StubServer } from '../support/stub-api-server.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary.ts';

const folders: TemporaryFolder[] = [];
const stubs: StubServer[] = [];
afterEach(async () => {
  for (const made of folders.splice(0)) made.remove();
  await Promise.all(stubs.splice(0).map((stub) => stub.close()));
});

function folder(): TemporaryFolder {
  const made = temporaryFolder();
  folders.push(made);
  return made;
}

/** A dump of a healthy cluster, in a folder. */
function healthyDump(): string {
  const place = folder();
  const files = filesOf({
    name: 'healthy',
    title: 'a healthy cluster',
    layout: 'cluster-info',
    expect: { verdict: 'healthy', first: null },
    build: () => healthyCluster({ nodes: 2 }),
  });
  for (const [name, text] of files) if (name !== 'sample.json') place.write(name, text);
  return place.path;
}

const run = (...args: readonly string[]): Promise<Ran> => runScene(args, { services });

async function liveCluster(except?: Exception): Promise<string> {
  const objects = [
    node('n1', '10.9.0.1'),
    node('n2', '10.9.0.2'),
    daemonSet('kube-system'),
    pod('calico-node-aaaaa', 'n1'),
    pod('calico-node-bbbbb', 'n2'),
  ];
  const stub = await startStub(clusterScript({ objects }, except));
  stubs.push(stub);
  return stub.url;
}

describe('a dump', () => {
  it('is diagnosed', async () => {
    const { code, stdout, stderr } = await run('diagnose', '--from', healthyDump(), '-o', 'json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'healthy',
      cluster: { nodes: 2, context: null },
    });
  });

  it('is saved as a bundle that reads the same, and no file is written over', async () => {
    const from = healthyDump();
    const file = path.join(folder().path, 'bundle.tar.gz');
    expect(await run('collect', '--from', from, '-o', file)).toMatchObject({ code: 0, stderr: '' });
    const bytes = readFileSync(file);
    expect(await run('collect', '--from', from, '-o', file)).toMatchObject({ code: 2, stdout: '' });
    expect(readFileSync(file)).toEqual(bytes);
    const [first, second] = await Promise.all(
      [from, file].map(async (source) => {
        const { stdout } = await run('diagnose', '--from', source, '-o', 'json');
        return { ...JSON.parse(stdout), source: null };
      }),
    );
    expect(second).toEqual(first);
  });

  it('that is none is an error with a hint', async () => {
    const place = folder();
    place.write('notes.txt', 'nothing of use');
    for (const from of [place.path, path.join(place.path, 'not-there')]) {
      const { code, stdout, stderr } = await run('diagnose', '--from', from);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^error: [^\n]+\n\S/);
      expect(stderr).not.toContain('bug');
    }
  });

  it('of which nothing can be made leaves no file', async () => {
    const file = path.join(folder().path, 'bundle.tar.gz');
    expect((await run('collect', '--from', folder().path, '-o', file)).code).toBe(2);
    expect(existsSync(file)).toBe(false);
  });
});

describe('a live cluster', () => {
  it('is read', async () => {
    const url = await liveCluster();
    const { stdout, stderr } = await run('diagnose', '-s', url, '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      source: { kind: 'live', server: url },
      cluster: { nodes: 2 },
    });
    expect(stderr).not.toContain('error');
  });

  it('shows its requests with -v 6, on stderr', async () => {
    const url = await liveCluster();
    const { stdout, stderr } = await run('diagnose', '-s', url, '-v', '6', '-o', 'json');
    expect(stderr).toContain(`GET ${url}/version`);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Diagnosis' });
  });

  it('that hides its nodes gives 2, and the smallest role that would do', async () => {
    const url = await liveCluster(({ path: asked }) =>
      asked === '/api/v1/nodes'
        ? status(403, 'nodes is forbidden: User "u" cannot list resource "nodes" in API group ""')
        : undefined,
    );
    const { code, stdout, stderr } = await run('diagnose', '-s', url);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^\? /);
    expect(stderr).toContain('no right to list nodes');
    expect(stderr).toContain('kind: ClusterRole\n');
    const json = await run('diagnose', '-s', url, '-o', 'json');
    expect(json.code).toBe(2);
    expect(json.stderr).not.toContain('ClusterRole');
  });

  it('that does not let anybody in gives 2 and a hint', async () => {
    const url = await liveCluster(() => status(401, 'Unauthorized'));
    const { code, stderr } = await run('diagnose', '-s', url);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: [^\n]+\n\S/);
  });

  it('takes no time limit that is none', async () => {
    const { code, stderr } = await run(
      'diagnose',
      '-s',
      'http://127.0.0.1:9',
      '--request-timeout',
      'soon',
    );
    expect(code).toBe(2);
    expect(stderr).toContain('soon');
  });
});

describe('a change', () => {
  const shellOf = (env: Readonly<Record<string, string>>) => ({
    stdout: { write: () => true },
    stderr: { write: () => true },
    env,
    isInteractive: false,
    signal: new AbortController().signal,
    ask: () => Promise.resolve(null),
    services,
  });

  it('is recorded below XDG_STATE_HOME, under ids that differ', async () => {
    const place = folder();
    const engine = await services.engine(shellOf({ XDG_STATE_HOME: place.path }));
    engine.journal().write(recordOf());
    expect(engine.journal().list().records).toEqual([recordOf()]);
    expect(existsSync(path.join(place.path, 'kubectl-calico-fix'))).toBe(true);
    const suffixes = Array.from({ length: 50 }, () => engine.newSuffix());
    expect(suffixes.filter((suffix) => !/^[a-z2-9]{3}$/.test(suffix))).toEqual([]);
    expect(new Set(suffixes).size).toBeGreaterThan(40);
  });

  it('needs a place for its record, but a preview does not', async () => {
    const engine = await services.engine(shellOf({}));
    expect(() => engine.journal()).toThrow(expect.objectContaining({ name: 'UserError' }));
  });

  it('is made over a connection of its own', async () => {
    const flags = readFlags({}, { server: await liveCluster() });
    const open = await services.openCluster(flags, shellOf({}), () => undefined);
    const ref = { apiVersion: 'v1', kind: 'Node', name: 'n1' };
    expect(await open.cluster.get(ref)).toMatchObject({ state: 'done' });
    open.close();
  });

  it('of a healthy cluster is none', async () => {
    const place = folder();
    const args = ['fix', '-s', await liveCluster(), '--yes', '--dry-run=server'];
    const { code, stdout } = await runScene(args, { services, env: { HOME: place.path } });
    expect({ code, lines: stdout.trim().split('\n').length }).toEqual({ code: 0, lines: 1 });
  });
});
