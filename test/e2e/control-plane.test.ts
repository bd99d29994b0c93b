import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { isObject, parseObject } from '../support/json.ts';
import { ApiError } from './support/kube-client.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { run } from './support/run.ts';
import { childrenOf, isLoopback, tcpSocketsOf } from './support/sockets.ts';

const { go } = inject('programs');

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A program that starts a control plane and then waits to be killed. */
async function otherProgram(): Promise<{ child: ChildProcess; folder: string; pid: number }> {
  const script = path.join(import.meta.dirname, 'support/control-plane-alone.ts');
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  const { folder, pid } = parseObject(line);
  return { child, folder: String(folder), pid: Number(pid) };
}

describe.skipIf(go === null)('the control plane', () => {
  let cluster: ControlPlane | null = null;
  const theCluster = (): ControlPlane => {
    if (!cluster) throw new Error('the control plane has not started');
    return cluster;
  };
  beforeAll(async () => {
    cluster = await startControlPlane();
  }, 900_000);
  afterAll(async () => await cluster?.stop());

  it('is Kubernetes 1.36.3, as kubectl sees it', async () => {
    const { kubectl, kubeconfig } = theCluster();
    const env = { KUBECONFIG: kubeconfig, HOME: path.dirname(kubeconfig) };
    const { code, stdout } = await run(kubectl, ['version', '-o', 'json'], env);
    expect(code).toBe(0);
    expect(parseObject(stdout)).toMatchObject({
      clientVersion: { gitVersion: 'v1.36.3' },
      serverVersion: { gitVersion: 'v1.36.3' },
    });
  });

  it('runs controllers and a scheduler', async () => {
    const client = theCluster().client();
    const account = '/api/v1/namespaces/default/serviceaccounts/default';
    await expect.poll(async () => await client.find(account), { timeout: 20_000 }).not.toBeNull();
    for (const name of ['kube-controller-manager', 'kube-scheduler'])
      expect(theCluster().programs.endOf(name)).toBeNull();
    client.close();
  });

  it('asks for rights: a client certificate without a role may read nothing', async () => {
    const { authority, kubeconfigFor, kubectl } = theCluster();
    const kubeconfig = kubeconfigFor('nobody', authority.issue('nobody'));
    const env = { KUBECONFIG: kubeconfig, HOME: path.dirname(kubeconfig) };
    const { code, stderr } = await run(kubectl, ['get', 'nodes'], env);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('User "nobody" cannot list resource "nodes"'),
    });
  });

  it.skipIf(process.platform !== 'linux')(
    'listens on loopback alone, and talks to nobody else',
    () => {
      const { pid } = theCluster().programs;
      const sockets = childrenOf(pid).flatMap(tcpSocketsOf);
      expect(sockets.filter(({ isListening }) => isListening).length).toBeGreaterThanOrEqual(3);
      const strange = sockets.filter(
        ({ local, remote, isListening }) =>
          !isLoopback(local) || !(isListening || isLoopback(remote)),
      );
      expect(strange).toEqual([]);
    },
  );

  it('keeps what it holds while the API server is away', async () => {
    const { client, stopApiServer, startApiServer } = theCluster();
    const one = client();
    const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kept' } };
    await one.create('/api/v1/namespaces', space);
    await stopApiServer();
    await expect(one.get('/api/v1/namespaces/kept')).rejects.not.toBeInstanceOf(ApiError);
    await startApiServer();
    expect(await one.get('/api/v1/namespaces/kept')).toMatchObject({ metadata: { name: 'kept' } });
    one.close();
  });

  it('is one of several at the same time', async () => {
    const other = await startControlPlane();
    expect(other.server).not.toBe(theCluster().server);
    await other.stop();
    expect(existsSync(other.programs.folder)).toBe(false);
    const client = theCluster().client();
    expect(isObject(await client.get('/version'))).toBe(true);
    client.close();
  });

  it('ends and leaves nothing behind when its program is killed', async () => {
    const { child, folder, pid } = await otherProgram();
    expect([existsSync(folder), isAlive(pid)]).toEqual([true, true]);
    child.kill('SIGKILL');
    await expect.poll(() => isAlive(pid) || existsSync(folder), { timeout: 10_000 }).toBe(false);
  });
});
