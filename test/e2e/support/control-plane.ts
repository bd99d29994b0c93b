import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { controlPlaneTools } from '../../../scripts/e2e-tools.ts';
import { goTool } from '../../../scripts/go-tool.ts';
import { type Authority, makeAuthority } from '../../support/certificate.ts';
import {
  apiServerArgs,
  controllerManagerArgs,
  etcdArgs,
  fileNames,
  type Ports,
  schedulerArgs,
} from './control-plane-programs.ts';
import { type KubeClient, kubeClient } from './kube-client.ts';
import { type Credentials, kubeconfigText } from './kubeconfig-file.ts';
import { freePorts } from './ports.ts';
import { supervise, type Supervised } from './supervised.ts';

export interface ControlPlaneOptions {
  /** The name of the kubeconfig's context; `sandbox` unless told. */
  readonly context?: string;
  /** How long a node may be silent before it is called lost; 50 s as in Kubernetes unless told. */
  readonly nodeGraceSeconds?: number;
}

/** A real API server with etcd, controllers and a scheduler, on loopback, for one test. */
export interface ControlPlane {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** Client of etcd's HTTP API: `http://127.0.0.1:PORT`. */
  readonly etcd: string;
  /** The path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** The path of the real kubectl. */
  readonly kubectl: string;
  /** Signs the server's certificate, and clients' (`issue(USER)`), which the server takes. */
  readonly authority: Authority;
  readonly programs: Supervised;
  /** An administrator; the name is put down as manager of the fields that it writes. */
  readonly client: (userAgent?: string) => KubeClient;
  /** Writes a kubeconfig for somebody else and returns its path. */
  readonly kubeconfigFor: (name: string, credentials: Credentials) => string;
  /** Ends the API server at once; it can be started again on the same port, with all that it held. */
  readonly stopApiServer: () => Promise<void>;
  readonly startApiServer: () => Promise<void>;
  /** Ends everything and removes all files. */
  readonly stop: () => Promise<void>;
}

const readyWithinMs = 60_000;
const pollMs = 50;

function filesOf(authority: Authority, token: string, server: string, context: string) {
  const serving = authority.issue('127.0.0.1');
  const accounts = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    [fileNames.authority]: authority.cert,
    [fileNames.serverCert]: serving.cert,
    [fileNames.serverKey]: serving.key,
    [fileNames.tokens]: `${token},administrator,administrator,"system:masters"\n`,
    [fileNames.accountKey]: accounts.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    [fileNames.accountPublicKey]: accounts.publicKey.export({ type: 'spki', format: 'pem' }),
    [fileNames.admin]: kubeconfigText(context, server, authority.cert, { token }),
  };
}

async function untilReady(programs: Supervised, client: KubeClient): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  for (;;) {
    for (const name of ['etcd', 'kube-apiserver']) {
      const end = programs.endOf(name);
      if (end !== null) throw new Error(`${name}: ${end}\n${await programs.printed(name)}`);
    }
    try {
      await client.text('/readyz');
      return;
    } catch (cause) {
      if (Date.now() > deadline) throw new Error('the API server does not get ready', { cause });
      await wait(pollMs);
    }
  }
}

interface Paths {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly scheduler: string;
  readonly kubectl: string;
}

async function buildPrograms(): Promise<Paths> {
  return {
    etcd: await goTool(controlPlaneTools.etcd),
    apiServer: await goTool(controlPlaneTools.apiServer),
    controllerManager: await goTool(controlPlaneTools.controllerManager),
    scheduler: await goTool(controlPlaneTools.scheduler),
    kubectl: await goTool(controlPlaneTools.kubectl),
  };
}

async function startPrograms(
  programs: Supervised,
  paths: Paths,
  ports: Ports,
  client: KubeClient,
  graceSeconds: number,
): Promise<void> {
  await programs.start('etcd', paths.etcd, etcdArgs(ports));
  await programs.start('kube-apiserver', paths.apiServer, apiServerArgs(ports));
  await untilReady(programs, client);
  await programs.start(
    'kube-controller-manager',
    paths.controllerManager,
    controllerManagerArgs(graceSeconds),
  );
  await programs.start('kube-scheduler', paths.scheduler, schedulerArgs);
}

async function startOnce(options: ControlPlaneOptions): Promise<ControlPlane> {
  const paths = await buildPrograms();
  const [etcd = 0, etcdPeers = 0, apiServer = 0] = await freePorts(3);
  const ports = { etcd, etcdPeers, apiServer };
  const server = `https://127.0.0.1:${apiServer}`;
  const authority = makeAuthority('calico-fix sandbox');
  const token = randomBytes(16).toString('hex');
  const context = options.context ?? 'sandbox';
  const programs = await supervise(filesOf(authority, token, server, context));
  const client = (userAgent = 'calico-fix-test'): KubeClient =>
    kubeClient({ server, authority: authority.cert, token, userAgent });
  const own = client();
  try {
    await startPrograms(programs, paths, ports, own, options.nodeGraceSeconds ?? 50);
  } catch (error) {
    await programs.end();
    throw error;
  }
  return {
    server,
    etcd: `http://127.0.0.1:${etcd}`,
    kubeconfig: path.join(programs.folder, fileNames.admin),
    kubectl: paths.kubectl,
    authority,
    programs,
    client,
    kubeconfigFor: (name, credentials) => {
      const file = path.join(programs.folder, `${name}.kubeconfig`);
      writeFileSync(file, kubeconfigText(name, server, authority.cert, credentials), {
        mode: 0o600,
      });
      return file;
    },
    stopApiServer: () => programs.stop('kube-apiserver'),
    startApiServer: async () => {
      await programs.start('kube-apiserver', paths.apiServer, apiServerArgs(ports));
      await untilReady(programs, own);
    },
    stop: async () => {
      own.close();
      await programs.end();
    },
  };
}

const tries = 3;

/**
 * Brings a control plane up, in about 4 seconds. Several can run at once. It ends with this process, however that ends, and
 * leaves no file behind. Throws if the programs cannot be built (there is no Go) or do not start.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  for (let count = 1; ; count += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      // Somebody else may take a port that was free when it was looked for.
      if (count === tries || !String(error).includes('address already in use')) throw error;
    }
  }
}
