import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isObject, parseObject } from '../support/json.ts';
import type { SimulatedCluster } from '../e2e/support/cluster/cluster.ts';
import { ApiError } from '../e2e/support/kube-client.ts';
import { kubeconfigText } from '../e2e/support/kubeconfig-file.ts';
import { type Incident, startIncident } from './incident.ts';
import { overtaking } from './objects.ts';
import { startProxy, type FaultProxy } from './proxy.ts';
import { damagedRecord, isAnnounced, plantDamage, readRecords } from './records.ts';
import { fastClock } from './tool.ts';
import type { Clock } from '../../internal/model/clock.ts';

/** A cluster with the proxy before it, and what a command needs to speak to it. */
export interface Station {
  readonly incident: Incident;
  readonly cluster: SimulatedCluster;
  readonly proxy: FaultProxy;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string>>;
  /** Writes that no record stood for when they were sent. */
  readonly unannounced: string[];
  /** Has somebody else change what the cure changes too, where it is at that path; true if they did. */
  readonly meddle: (path: string) => Promise<boolean>;
  /** The path that somebody else has changed; null where nobody has. */
  readonly meddledWith: () => string | null;
  /** Puts back what they have changed. */
  readonly mend: () => Promise<void>;
  readonly speed: number;
  /** Puts a damaged record beside the others. */
  readonly damage: () => Promise<void>;
  /** The names of damaged records. */
  readonly damaged: () => readonly string[];
  /** Forgets all records. */
  readonly clear: () => void;
  readonly stop: () => Promise<void>;
}

function tokenOf(kubeconfig: string): string {
  const { users } = parseObject(readFileSync(kubeconfig, 'utf8'));
  const [first]: readonly unknown[] = Array.isArray(users) ? users : [];
  const user = isObject(first) ? first['user'] : null;
  return isObject(user) ? String(user['token']) : '';
}

let writes = 0;

async function overtake({ client }: SimulatedCluster, url: string): Promise<void> {
  writes += 1;
  try {
    await client.patch(url, { metadata: { annotations: { [overtaking]: String(writes) } } });
  } catch (error) {
    // A collection, or an object that is gone, cannot be overtaken.
    if (!(error instanceof ApiError)) throw error;
  }
}

/** Brings up the cluster of an incident behind a proxy. `speed`: how much faster the tool's clock runs. */
export async function startStation(incident: Incident, speed: number): Promise<Station> {
  const cluster = await startIncident(incident);
  const { authority, server, kubeconfig } = cluster.controlPlane;
  const folder = mkdtempSync(path.join(tmpdir(), 'calico-fix-faults-'));
  const state = path.join(folder, 'state');
  const file = path.join(folder, 'kubeconfig');
  const env = { HOME: folder, XDG_STATE_HOME: state, KUBECONFIG: file };
  const unannounced: string[] = [];
  let isDamaged = false;
  let rival: { readonly path: string; readonly undo: () => Promise<void> } | null = null;
  const meddle = async (place: string): Promise<boolean> => {
    if (rival !== null || incident.rival?.path !== place) return false;
    rival = { path: place, ...(await incident.rival.meddle(cluster)) };
    return true;
  };
  const proxy = await startProxy({
    server,
    authority: authority.cert,
    certificate: authority.issue('127.0.0.1'),
    expired: authority.issue('127.0.0.1', '250601000000Z'),
    overtake: (url) => overtake(cluster, url),
    meddle: async (url) => {
      if (!(await meddle(url))) await overtake(cluster, url);
    },
    onWrite: (method, url) => {
      const place = url.split('?')[0] ?? '';
      if (!isAnnounced(readRecords(env), place)) unannounced.push(`${method} ${place}`);
    },
  });
  const token = tokenOf(kubeconfig);
  const text = kubeconfigText(`faults-${incident.id}`, proxy.url, authority.cert, { token });
  writeFileSync(file, text, { mode: 0o600 });
  return {
    incident,
    cluster,
    proxy,
    clock: fastClock(speed),
    env,
    unannounced,
    meddle,
    meddledWith: () => rival?.path ?? null,
    mend: async () => {
      await rival?.undo();
      rival = null;
    },
    speed,
    damage: async () => {
      const { metadata } = await cluster.client.get('/api/v1/namespaces/kube-system');
      plantDamage(env, isObject(metadata) ? String(metadata['uid']) : '');
      isDamaged = true;
    },
    damaged: () => (isDamaged ? [damagedRecord] : []),
    clear: () => {
      isDamaged = false;
      unannounced.length = 0;
      rmSync(state, { recursive: true, force: true });
    },
    stop: async () => {
      await proxy.stop();
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
