import { setTimeout as wait } from 'node:timers/promises';
import { ApiError, type Json, type KubeClient } from '../kube-client.ts';
import { timeText } from './container-log.ts';
import { threeWayPatch } from './merge-patches.ts';
import { valueAt } from './operator-rules.ts';
import type { Commit, Repository } from './repository.ts';

export interface GitOpsOptions {
  /** A client whose name is `argocd-application-controller`. */
  readonly client: KubeClient;
  readonly repository: Repository;
  readonly say?: (line: string) => void;
}

/** A stand-in for Argo CD's application controller, with one application: the Installation. */
export interface GitOps {
  readonly stop: () => Promise<void>;
}

export const applications = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications';
const installations = '/apis/operator.tigera.io/v1/installations';
const manager = 'fieldManager=argocd-controller';
const appliedKey = 'kubectl.kubernetes.io/last-applied-configuration';
const trackingKey = 'argocd.argoproj.io/tracking-id';

const lookMs = 500;
// argo-cd controller/appcontroller.go, selfHealRemainingBackoff: each further attempt waits longer.
const healMs = 5000;
const mostHealMs = 300_000;

/** The application, which synchronises by itself and heals itself until somebody tells it otherwise. */
export const application: object = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'calico', namespace: 'argocd' },
  spec: {
    project: 'default',
    source: { repoURL: 'https://git.example.com/clusters.git', path: 'calico' },
    destination: { server: 'https://kubernetes.default.svc', namespace: 'calico-system' },
    syncPolicy: { automated: { prune: true, selfHeal: true } },
  },
};

interface State {
  readonly options: GitOpsOptions;
  /** When a difference was first seen of which nothing was made yet. */
  driftSince: number | null;
  attempts: number;
  isStopped: boolean;
}

/** What is wanted, with what Argo CD writes into everything that it applies. */
function wanted(document: Json): Json {
  const metadata = { ...asJson(document['metadata']) };
  const name = String(metadata['name']);
  const id = `calico:operator.tigera.io/Installation:calico-system/${name}`;
  const annotations = { ...asJson(metadata['annotations']), [trackingKey]: id };
  const object = { ...document, metadata: { ...metadata, annotations } };
  const applied = `${JSON.stringify(object)}\n`;
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...annotations, [appliedKey]: applied } },
  };
}

const asJson = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? { ...value } : {};

function lastApplied(live: Json): Json {
  const text = valueAt(live, 'metadata', 'annotations', appliedKey);
  return typeof text === 'string' ? asJson(JSON.parse(text)) : {};
}

const pathOf = (document: Json): string =>
  `${installations}/${String(valueAt(document, 'metadata', 'name'))}`;

/** What a sync would send: everything where the object is missing, null where nothing differs. */
function difference(target: Json, live: Json | null): Json | null {
  if (live === null) return target;
  const patch = threeWayPatch(lastApplied(live), target, live);
  // A commit may change nothing but how things are written: the note of what was applied does not count.
  const { annotations = {}, ...metadata } = asJson(patch['metadata']);
  const { [appliedKey]: _, ...others } = asJson(annotations);
  const fields = Object.keys(patch).filter((key) => key !== 'metadata');
  return fields.length + Object.keys(metadata).length + Object.keys(others).length > 0
    ? patch
    : null;
}

/** What one turn has to go by. */
interface Look {
  readonly application: Json;
  readonly commit: Commit;
  readonly target: Json;
  readonly patch: Json | null;
}

/** Why a sync is made now; null where none is. */
function reasonToSync(state: State, { application: own, commit, patch }: Look): string | null {
  if (valueAt(own, 'operation', 'sync') !== undefined) return 'as it was told to';
  const automated = valueAt(own, 'spec', 'syncPolicy', 'automated');
  if (patch === null || automated === undefined || valueAt(automated, 'enabled') === false)
    return null;
  const synced = valueAt(own, 'status', 'operationState', 'syncResult', 'revision');
  if (synced !== commit.revision) return 'for a new commit';
  if (valueAt(automated, 'selfHeal') !== true) return null;
  const delay = Math.min(healMs * 3 ** Math.max(0, state.attempts - 1), mostHealMs);
  return Date.now() - (state.driftSince ?? Date.now()) >= delay ? 'to heal it' : null;
}

async function sync(state: State, look: Look, why: string): Promise<void> {
  const { client, say } = state.options;
  const { target, patch, commit, application: own } = look;
  const live = await client.find(pathOf(target));
  if (live === null) await client.create(`${installations}?${manager}`, target);
  else if (patch !== null) await client.patch(`${pathOf(target)}?${manager}`, patch);
  state.attempts = why === 'to heal it' ? state.attempts + 1 : 0;
  state.driftSince = null;
  const result = { phase: 'Succeeded', finishedAt: timeText(Date.now() / 1000) };
  const operationState = { ...result, syncResult: { revision: commit.revision } };
  await client.patch(`${applications}/${String(valueAt(own, 'metadata', 'name'))}`, {
    operation: null,
    status: { operationState, sync: { status: 'Synced', revision: commit.revision } },
  });
  if (patch !== null) say?.(`Argo CD applied Installation/default from the repository, ${why}`);
}

async function report(state: State, { application: own, commit, patch }: Look): Promise<void> {
  const { client, say } = state.options;
  const status = patch === null ? 'Synced' : 'OutOfSync';
  const before = valueAt(own, 'status', 'sync');
  if (valueAt(before, 'status') === status && valueAt(before, 'revision') === commit.revision)
    return;
  await client.patch(`${applications}/${String(valueAt(own, 'metadata', 'name'))}`, {
    status: { sync: { status, revision: commit.revision } },
  });
  if (status === 'OutOfSync') say?.('Argo CD finds Installation/default OutOfSync');
}

async function turn(state: State): Promise<void> {
  const { client, repository } = state.options;
  const own = await client.find(`${applications}/calico`);
  const commit = repository.read();
  if (own === null || commit.document === null) return;
  const target = wanted(commit.document);
  const patch = difference(target, await client.find(pathOf(target)));
  state.driftSince = patch === null ? null : (state.driftSince ?? Date.now());
  const look: Look = { application: own, commit, target, patch };
  const why = reasonToSync(state, look);
  await (why === null ? report(state, look) : sync(state, look, why));
}

// What the API server refuses (two methods at once, with newer CRDs) or cannot take now is tried again.
const later = (error: unknown): void => {
  if (!(error instanceof ApiError) && !(error instanceof Error && 'code' in error)) throw error;
};

/** Begins to keep the Installation as the repository has it. Returns when it is there. */
export async function startGitOps(options: GitOpsOptions): Promise<GitOps> {
  const state: State = { options, driftSince: null, attempts: 0, isStopped: false };
  await turn(state);
  const work = async (): Promise<void> => {
    while (!state.isStopped) {
      await wait(lookMs);
      await turn(state).catch(later);
    }
  };
  const working = work();
  return {
    stop: async () => {
      state.isStopped = true;
      await working.catch(() => {});
      options.client.close();
    },
  };
}
