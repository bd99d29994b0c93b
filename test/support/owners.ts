import type * as k8s from '../../internal/model/kubernetes.ts';
import { setEnv } from './api-faults.ts';
import { daemonSetOf } from './faults.ts';
import type { Mutable, Sample } from './sample.ts';

type Labels = Record<string, string>;

const installation = (sample: Sample): Mutable<k8s.Installation> => {
  const object = sample.lists.installations?.[0];
  if (!object) throw new Error('the sample has no Installation');
  return object;
};

/** Puts labels and annotations on the Installation, and the operator's own version on its Deployment. */
export function markInstallation(
  sample: Sample,
  operator: string,
  {
    labels = {},
    annotations = {},
  }: { readonly labels?: Labels; readonly annotations?: Labels } = {},
): void {
  const { metadata } = installation(sample);
  metadata.labels = { ...metadata.labels, ...labels };
  metadata.annotations = { ...metadata.annotations, ...annotations };
  const [container] = sample.lists.deployments?.[0]?.spec?.template?.spec?.containers ?? [];
  if (container) container.image = `quay.io/tigera/operator:${operator}`;
}

/** Labels every node. */
export function labelNodes(sample: Sample, labels: Labels): void {
  for (const { metadata } of sample.lists.nodes ?? [])
    metadata.labels = { ...metadata.labels, ...labels };
}

const templates = (sample: Sample): Mutable<k8s.PodSpec>[] => [
  daemonSetOf(sample).spec?.template?.spec ?? {},
  ...(sample.lists.pods ?? []).flatMap(({ spec }) =>
    spec?.containers?.some(({ name }) => name === 'calico-node') ? spec : [],
  ),
];

/** Changes the calico-node container, in the template and in every pod. */
export function changeCalico(
  sample: Sample,
  change: (container: Mutable<k8s.Container>) => void,
): void {
  for (const { containers = [] } of templates(sample))
    for (const container of containers) if (container.name === 'calico-node') change(container);
}

/** Calico for policy alone, whoever renders it: no BIRD in probes, settings and logs. */
export function withoutBird(sample: Sample): void {
  setEnv(sample, { name: 'CALICO_NETWORKING_BACKEND', value: 'none' });
  setEnv(sample, { name: 'IP', value: 'none' });
  changeCalico(sample, ({ readinessProbe, livenessProbe }) => {
    for (const probe of [readinessProbe, livenessProbe])
      if (probe?.exec?.command)
        probe.exec.command = probe.exec.command.filter((word) => !word.startsWith('-bird'));
  });
  sample.logs = sample.logs.map((log) =>
    log.read.state === 'read'
      ? {
          ...log,
          read: {
            state: 'read',
            text: log.read.text
              .split('\n')
              .filter((line) => !/^bird|confd\/|BIRD|autodetected IPv4/.test(line))
              .join('\n'),
          },
        }
      : log,
  );
}

/** Gives the DaemonSet, its label and its pods another name. */
export function renameDaemonSet(sample: Sample, name: string): void {
  const daemonSet = daemonSetOf(sample);
  const before = daemonSet.metadata.name;
  daemonSet.metadata.name = name;
  const rename = (pod: string): string => pod.replace(new RegExp(`^${before}-`), `${name}-`);
  for (const { metadata } of sample.lists.pods ?? [])
    for (const owner of metadata.ownerReferences ?? [])
      if (owner.kind === 'DaemonSet' && owner.name === before) {
        owner.name = name;
        metadata.name = rename(metadata.name);
      }
  sample.logs = sample.logs.map((log) => ({ ...log, pod: rename(log.pod) }));
  for (const { involvedObject } of sample.lists.events ?? [])
    if (involvedObject?.name) involvedObject.name = rename(involvedObject.name);
}
