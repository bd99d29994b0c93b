import { stringify } from 'yaml';
import type { KubeObject } from '../../internal/model/kubernetes.ts';
import type { ContainerLog } from '../../internal/model/snapshot.ts';
import type { Sample, Scenario } from './sample.ts';

type Files = Map<string, string>;

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

// `kubectl cluster-info dump` writes these per namespace, empty ones too; other kinds are files that a user may add.
const perNamespace: Readonly<Record<string, readonly [file: string, kind: string]>> = {
  pods: ['pods.json', 'PodList'],
  events: ['events.json', 'EventList'],
  daemonSets: ['daemonsets.json', 'DaemonSetList'],
  deployments: ['deployments.json', 'DeploymentList'],
  services: ['services.json', 'ServiceList'],
};

const textOf = (log: ContainerLog): string => (log.read.state === 'read' ? log.read.text : '');

const withoutKind = ({
  kind: _kind,
  apiVersion: _apiVersion,
  ...rest
}: KubeObject & { readonly apiVersion?: string }): object => rest;

function namespacesOf(sample: Sample): readonly string[] {
  const lists = Object.keys(perNamespace).flatMap((name) => objectsOf(sample, name));
  return [...new Set(lists.map(({ metadata }) => metadata.namespace ?? 'default'))].toSorted();
}

const objectsOf = (sample: Sample, list: string): readonly KubeObject[] =>
  Object.entries(sample.lists).find(([name]) => name === list)?.[1] ?? [];

function addClusterInfo(files: Files, sample: Sample): void {
  files.set(
    'nodes.json',
    json({
      kind: 'NodeList',
      apiVersion: 'v1',
      items: objectsOf(sample, 'nodes').map(withoutKind),
    }),
  );
  for (const namespace of namespacesOf(sample)) {
    for (const [list, [file, kind]] of Object.entries(perNamespace)) {
      const items = objectsOf(sample, list).filter(
        ({ metadata }) => (metadata.namespace ?? 'default') === namespace,
      );
      files.set(
        `${namespace}/${file}`,
        json({
          kind,
          apiVersion: items[0]?.apiVersion ?? 'v1',
          items: items.length > 0 ? items.map(withoutKind) : null,
        }),
      );
    }
  }
  for (const list of Object.keys(sample.lists)) {
    const items = objectsOf(sample, list);
    if (list === 'nodes' || list in perNamespace || items.length === 0) continue;
    files.set(`${list.toLowerCase()}.json`, json({ kind: 'List', apiVersion: 'v1', items }));
  }
  for (const log of sample.logs) addLog(files, log);
}

function addLog(files: Files, log: ContainerLog): void {
  const folder = `${log.namespace}/${log.pod}`;
  if (log.previous) {
    files.set(`${folder}/${log.container}.previous.log`, textOf(log));
    return;
  }
  const marker = (edge: string): string =>
    `==== ${edge} logs for container ${log.container} of pod ${folder} ====`;
  const block = `${marker('START')}\n${textOf(log)}${marker('END')}\n`;
  files.set(`${folder}/logs.txt`, (files.get(`${folder}/logs.txt`) ?? '') + block);
}

function addObjects(files: Files, sample: Sample): void {
  for (const list of Object.keys(sample.lists)) {
    const items = objectsOf(sample, list);
    if (items.length > 0)
      files.set(
        `${list.toLowerCase()}.yaml`,
        stringify({ apiVersion: 'v1', kind: 'List', items }, { aliasDuplicateObjects: false }),
      );
  }
  for (const log of sample.logs) {
    files.set(
      `logs/${log.namespace}/${log.pod}/${log.container}${log.previous ? '.previous' : ''}.log`,
      textOf(log),
    );
  }
}

/** The files of a sample, by path below its folder; `sample.json` says what it is and what must be found. */
export function filesOf(scenario: Scenario): Files {
  const files: Files = new Map();
  const sample = scenario.build();
  if (scenario.layout === 'cluster-info') addClusterInfo(files, sample);
  else addObjects(files, sample);
  const { name, title, demo, expect } = scenario;
  // An object of a kind that nobody reads, so that the reader has no reason to warn of the file.
  const head = { apiVersion: 'calico-fix/v1', kind: 'Sample', metadata: { name } };
  files.set('sample.json', json({ ...head, name, title, demo: demo ?? false, expect }));
  return files;
}
