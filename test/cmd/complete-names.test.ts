import { afterEach, describe, expect, it } from 'vitest';
import { runScene } from '../support/cli.ts';
import { startStub, status, type Script, type StubServer } from '../support/stub-api-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary.ts';

let stub: StubServer | null = null;
let folder: TemporaryFolder | null = null;

afterEach(async () => {
  await stub?.close();
  folder?.remove();
});

const page = (names: readonly string[], next = '') => ({
  json: {
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { continue: next },
    items: names.map((name) => ({ metadata: { name } })),
  },
});

async function completeNodes(script: Script): Promise<{ lines: readonly string[]; took: number }> {
  stub = await startStub(script);
  folder = temporaryFolder();
  const config = {
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: stub.url } }],
    users: [{ name: 'u', user: { token: 't' } }],
  };
  const env = { KUBECONFIG: folder.write('config', JSON.stringify(config)) };
  const start = performance.now();
  const { code, stdout, stderr } = await runScene(['__complete', 'diagnose', '--node', ''], {
    env,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return { lines: stdout.trimEnd().split('\n'), took: performance.now() - start };
}

describe('names of nodes', () => {
  it('come from all pages, without the rest of the objects', async () => {
    const { lines } = await completeNodes(({ query }) =>
      query['continue'] === 'p2' ? page(['n3']) : page(['n1', 'n2'], 'p2'),
    );
    expect(lines).toEqual(['n1', 'n2', 'n3', ':4']);
    expect(stub?.seen.map(({ path }) => path)).toEqual(['/api/v1/nodes', '/api/v1/nodes']);
    expect(stub?.seen[0]?.headers.accept).toContain('as=PartialObjectMetadataList');
  });

  it.each([
    { name: 'no right', script: () => status(403, 'forbidden') },
    { name: 'no list', script: () => ({ json: ['n1'] }) },
    { name: 'no JSON', script: () => ({ text: '<html>' }) },
  ])('$name gives none, in silence', async ({ script }) => {
    expect((await completeNodes(script)).lines).toEqual([':4']);
  });

  it('a server that does not answer costs two seconds, and what came before stays', async () => {
    const { lines, took } = await completeNodes(({ query }) =>
      query['continue'] === undefined ? page(['n1'], 'p2') : { ends: 'silence' },
    );
    expect(lines).toEqual(['n1', ':4']);
    expect(took).toBeLessThan(4000);
  });
});

describe('names of a kubeconfig', () => {
  it('come from all files', async () => {
    folder = temporaryFolder();
    const contextOf = (name: string) =>
      JSON.stringify({ contexts: [{ name, context: { cluster: 'c', user: 'u' } }] });
    const files = ['a', 'b'].map((name) => folder?.write(name, contextOf(`ctx-${name}`)) ?? '');
    const { stdout } = await runScene(['__complete', 'diagnose', '--context', ''], {
      env: { KUBECONFIG: files.join(':') },
    });
    expect(stdout).toBe('ctx-a\nctx-b\n:4\n');
  });

  it('that cannot be read gives none, in silence', async () => {
    folder = temporaryFolder();
    const env = { KUBECONFIG: folder.write('config', '{') };
    const { code, stdout, stderr } = await runScene(['__complete', '--context', ''], { env });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: ':4\n', stderr: '' });
  });
});
