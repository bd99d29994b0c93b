import type { KubeObject } from '../../internal/model/kubernetes.ts';
import { isObject } from './json.ts';

type Draft = Record<string, unknown>;

const asDraft = (value: unknown): Draft | null => (isObject(value) ? value : null);

const drafts = (value: unknown): readonly Draft[] =>
  Array.isArray(value)
    ? value.flatMap((item): readonly Draft[] => {
        const own = asDraft(item);
        return own ? [own] : [];
      })
    : [];

function setDefaults(draft: Draft, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values))
    if (draft[name] === undefined || draft[name] === null) draft[name] = structuredClone(value);
}

// Fields that Go leaves out when they have their zero value.
function dropZeros(draft: Draft, names: readonly string[]): void {
  for (const name of names) if (draft[name] === '' || draft[name] === 0) delete draft[name];
}

function probe(draft: Draft): void {
  dropZeros(draft, [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]);
  setDefaults(draft, {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  const http = asDraft(draft['httpGet']);
  if (http) setDefaults(http, { scheme: 'HTTP' });
}

const isLatest = (image: unknown): boolean =>
  typeof image === 'string' && image.endsWith(':latest');

function container(draft: Draft): void {
  setDefaults(draft, {
    resources: {},
    imagePullPolicy: isLatest(draft['image']) ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  for (const variable of drafts(draft['env'])) {
    dropZeros(variable, ['value']);
    const source = asDraft(variable['valueFrom']);
    const field = asDraft(source?.['fieldRef']);
    if (field) setDefaults(field, { apiVersion: 'v1' });
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const own = asDraft(draft[name]);
    if (own) probe(own);
  }
}

function podSpec(draft: Draft): void {
  setDefaults(draft, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  for (const list of ['containers', 'initContainers']) drafts(draft[list]).forEach(container);
}

function daemonSet(spec: Draft): void {
  setDefaults(spec, { updateStrategy: {}, revisionHistoryLimit: 10 });
  const strategy = asDraft(spec['updateStrategy']);
  if (!strategy) return;
  setDefaults(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] !== 'RollingUpdate') return;
  setDefaults(strategy, { rollingUpdate: {} });
  const rolling = asDraft(strategy['rollingUpdate']);
  if (rolling) setDefaults(rolling, { maxUnavailable: 1, maxSurge: 0 });
}

// Go leaves out what is null, and lists without items.
function dropEmpty(value: unknown): void {
  if (Array.isArray(value)) value.forEach(dropEmpty);
  const draft = asDraft(value);
  if (!draft) return;
  for (const [name, part] of Object.entries(draft)) {
    if (part === null || (Array.isArray(part) && part.length === 0)) delete draft[name];
    else dropEmpty(part);
  }
}

/** True for objects of CustomResourceDefinitions: strategic merge patches are not for them. */
export function isCustom({ apiVersion = 'v1' }: KubeObject): boolean {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return group.includes('.') && !group.endsWith('.k8s.io');
}

const templated = new Set(['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet']);

/**
 * Fills in what the API server fills in before it stores an object of a built-in kind: an answer then differs from what a client
 * reckons. Custom resources stay as they are.
 */
export function withDefaults<T extends KubeObject>(object: T): T {
  const draft = structuredClone(object);
  if (isCustom(object)) return draft;
  dropEmpty(Reflect.get(draft, 'spec'));
  const spec = asDraft(Reflect.get(draft, 'spec'));
  if (!spec) return draft;
  if (object.kind === 'Pod') podSpec(spec);
  if (object.kind === 'DaemonSet') daemonSet(spec);
  if (object.kind === 'Deployment') setDefaults(spec, { replicas: 1, revisionHistoryLimit: 10 });
  if (templated.has(object.kind)) {
    const template = asDraft(asDraft(spec['template'])?.['spec']);
    if (template) podSpec(template);
  }
  if (object.kind === 'Node') {
    if (spec['unschedulable'] === false) delete spec['unschedulable'];
    if (Array.isArray(spec['taints']) && spec['taints'].length === 0) delete spec['taints'];
  }
  return draft;
}
