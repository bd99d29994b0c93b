import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../internal/checks/run.ts';
import { readDump } from '../../internal/cluster/dump.ts';
import { apiResources } from '../../internal/model/api-resources.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import type { KubeObject } from '../../internal/model/kubernetes.ts';
import type { Change, Remedy } from '../../internal/model/remedy.ts';
import type { Snapshot } from '../../internal/model/snapshot.ts';
import { applyChange } from '../../internal/plan/patch.ts';
import { allTried, isAmong } from '../e2e/support/journey-remedies.ts';

// What holds for every remedy of every finding, over all samples, whoever owns the installation.
const folder = path.join(import.meta.dirname, '../dumps');
const names = await readdir(folder);
const snapshots = new Map(
  await Promise.all(
    names.map(async (name) => [name, await readDump(path.join(folder, name))] as const),
  ),
);

type Meta = { readonly labels?: object; readonly annotations?: object };

/** The sample as it would be if a tool had put its mark on what renders calico-node. */
function ownedBy(snapshot: Snapshot, { labels, annotations }: Meta): Snapshot {
  const mark = <T extends KubeObject>(object: T): T => ({
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, ...labels },
      annotations: { ...object.metadata.annotations, ...annotations },
    },
  });
  const { daemonSets, installations } = snapshot.lists;
  const isCalico = ({ metadata }: KubeObject): boolean => /calico|canal/.test(metadata.name);
  return {
    ...snapshot,
    lists: {
      ...snapshot.lists,
      daemonSets:
        daemonSets.state === 'read'
          ? {
              ...daemonSets,
              items: daemonSets.items.map((one) => (isCalico(one) ? mark(one) : one)),
            }
          : daemonSets,
      installations:
        installations.state === 'read'
          ? { ...installations, items: installations.items.map(mark) }
          : installations,
    },
  };
}

const owners: readonly (readonly [string, Meta])[] = [
  ['a person', {}],
  [
    'Helm',
    {
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'net' },
    },
  ],
  [
    'Flux',
    {
      labels: {
        'kustomize.toolkit.fluxcd.io/name': 'net',
        'kustomize.toolkit.fluxcd.io/namespace': 'flux',
      },
    },
  ],
  ['the addon-manager', { labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } }],
];

const isSent = ({ action }: Remedy): boolean => action === 'apply' || action === 'apply-temporary';

const remediesOf = ({ findings }: Diagnosis) =>
  findings.flatMap((finding) =>
    finding.remedies.map((remedy) => ({ finding: finding.id, remedy })),
  );

const isCustom = ({ ref }: Change): boolean => /calico|tigera|cattle/.test(ref.apiVersion);

/** What the API server would refuse at once, or answer with 404. */
function malformed({ ref, verb, patchType, body }: Change): string | null {
  const known = apiResources[ref.kind];
  if (!known) return `${ref.kind} is no kind that is written to`;
  if (known.isNamespaced !== (ref.namespace !== undefined)) return `namespace of ${ref.kind}`;
  if (verb === 'delete') return body === null ? null : 'options of a deletion';
  if (verb === 'create') return JSON.stringify(body).includes('null') ? 'null in an object' : null;
  const fits =
    patchType === 'merge' || (patchType === 'strategic' && !isCustom({ ref, verb, body }));
  return fits ? null : `${patchType} for ${ref.kind}`;
}

/** Parts of an object that no API server takes: variables with two sources, probes with two handlers or none, nulls. */
function* faults(value: unknown, at = ''): Generator<string> {
  if (value === null) yield `${at} is null`;
  if (typeof value !== 'object' || value === null) return;
  const keys = Object.keys(value);
  if (keys.includes('value') && keys.includes('valueFrom')) yield `${at} has two sources`;
  if (at.endsWith('Probe')) {
    const handlers = keys.filter((key) => ['exec', 'httpGet', 'tcpSocket', 'grpc'].includes(key));
    if (handlers.length !== 1) yield `${at} has ${handlers.length} handlers`;
  }
  for (const [key, part] of Object.entries(value)) yield* faults(part, `${at}.${key}`);
}

const objects = (snapshot: Snapshot): readonly KubeObject[] =>
  Object.values(snapshot.lists).flatMap((list) => (list.state === 'read' ? [...list.items] : []));

function objectOf(snapshot: Snapshot, { ref }: Change): KubeObject | undefined {
  return objects(snapshot).find(
    ({ kind, metadata }) =>
      kind === ref.kind && metadata.name === ref.name && metadata.namespace === ref.namespace,
  );
}

function afterFaults(snapshot: Snapshot, change: Change): readonly string[] {
  const before = objectOf(snapshot, change);
  if (change.verb !== 'patch' || !before) return [];
  const known = new Set(faults(before));
  return [...faults(applyChange(before, change))].filter((fault) => !known.has(fault));
}

describe.each(owners)('owned by %s', (_owner, meta) => {
  it.each(names)('%s', (name) => {
    const sample = snapshots.get(name);
    expect(sample).toBeDefined();
    if (!sample) return;
    const snapshot = ownedBy(sample, meta);
    const diagnosis = diagnose(snapshot, { toolVersion: 'test' });
    const { install } = diagnosis;
    const all = remediesOf(diagnosis);
    const tell = (one: (typeof all)[number]): string =>
      `${one.finding}: ${one.remedy.id} (${one.remedy.action})`;

    // Sent only what is said to be, and nothing said to be sent that is empty.
    expect(
      all
        .filter(({ remedy }) => {
          const { changes, drains = [] } = remedy;
          return isSent(remedy) !== changes.length + drains.length > 0;
        })
        .map(tell),
    ).toEqual([]);
    // A way out for everybody, and what lasts where the owner is no person.
    expect(
      all
        .filter(({ remedy }) => remedy.manual.length + (remedy.durable ?? []).length === 0)
        .map(tell),
    ).toEqual([]);
    expect(
      all
        .filter(
          ({ remedy }) => remedy.action === 'apply-temporary' && remedy.consequences.length === 0,
        )
        .map(tell),
    ).toEqual([]);
    // What is sent is among those whose own role was tried on a real API server.
    const sent = all.filter(({ remedy }) => isSent(remedy));
    expect(sent.filter(({ remedy }) => !isAmong(remedy.id, allTried)).map(tell)).toEqual([]);
    const changes = all.flatMap(({ remedy }) => remedy.changes);
    expect(changes.flatMap((change) => malformed(change) ?? [])).toEqual([]);
    expect(changes.flatMap((change) => afterFaults(snapshot, change))).toEqual([]);
    // What its owner would take back is not touched.
    const isForbidden = install.action === 'emit' || install.action === 'refuse';
    // (The DaemonSet that the operator is told to leave alone is in nobody's source.)
    const rendered = all.flatMap(({ remedy }) =>
      remedy.consent === 'freeze-operator' && install.action === 'emit'
        ? []
        : remedy.changes.filter(({ ref }) => /^(?:DaemonSet|Installation)$/.test(ref.kind)),
    );
    expect(isForbidden ? rendered : []).toEqual([]);
  });
});

it('has at least one remedy for each finding', () => {
  const lacking = [...snapshots.values()]
    .flatMap((snapshot) => diagnose(snapshot, { toolVersion: 'test' }).findings)
    .filter(({ remedies }) => remedies.length === 0)
    .map(({ id }) => id);
  expect(lacking).toEqual([]);
});
