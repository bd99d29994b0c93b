import { stringify } from 'yaml';
import { isOfHelmRelease } from '../calico/install/owner-signs.ts';
import type { Install } from '../model/install.ts';
import { durablePlace } from './durable.ts';
import { isTree, valueAt, withoutNulls, type Tree } from './tree.ts';

/** YAML as lines, to be put into a file. */
export const yamlLines = (value: unknown): readonly string[] =>
  stringify(withoutNulls(value), { lineWidth: 0 }).trimEnd().split('\n');

/** True where the cluster itself is the place that counts, so that nothing has to be written elsewhere. */
export const isOwnedByPerson = ({ owner, action }: Install): boolean =>
  owner === 'user' && action === 'apply';

const head = (install: Install): string => {
  const place = durablePlace(install);
  return install.action === 'apply' || install.action === 'apply-temporary'
    ? `# to last, put the same into ${place}:`
    : `# a change in the cluster would be undone. Put this into ${place}:`;
};

// Where each tool has the fields of an Installation.
function installationTree(install: Install, spec: Tree): Tree {
  if (isOfHelmRelease(install)) return { spec: { values: { installation: spec } } };
  switch (install.owner) {
    case 'helm':
    case 'helm-controller':
      return { installation: spec };
    case 'rancher':
      return { 'rke2-calico': { installation: spec } };
    default:
      return { spec };
  }
}

/** The edit that makes fields of the Installation's `spec` last; nothing where a person writes it. */
export const durableInstallation = (install: Install, spec: Tree): readonly string[] =>
  isOwnedByPerson(install) || install.action === 'refuse'
    ? []
    : [head(install), ...yamlLines(installationTree(install, spec))];

/**
 * The edit that makes fields of the DaemonSet last, with what its tool has (or has not) for them. Nothing where an operator that
 * leaves it alone for now would render it: nobody's source has the DaemonSet.
 */
export const durableDaemonSet = (install: Install, body: Tree): readonly string[] =>
  isOwnedByPerson(install) || install.action === 'refuse' || install.renderer === 'operator'
    ? []
    : [...heads(install), ...toolSettings(install, body), ...yamlLines(body)];

function calicoFields(body: Tree): Tree {
  const list = valueAt(body, ['spec', 'template', 'spec', 'containers']);
  const containers = Array.isArray(list) ? list.filter(isTree) : [];
  return containers.find(({ name }) => name === 'calico-node') ?? {};
}

// kubespray, roles/network_plugin/calico/defaults: the variables, and the fields of the container that they fill.
const kubesprayFields = [
  ['calico_node_livenessprobe_timeout', ['livenessProbe', 'timeoutSeconds']],
  ['calico_node_readinessprobe_timeout', ['readinessProbe', 'timeoutSeconds']],
  ['calico_node_memory_limit', ['resources', 'limits', 'memory']],
  ['calico_node_cpu_limit', ['resources', 'limits', 'cpu']],
] as const;

function kubesprayVariables(body: Tree): Tree {
  const fields = calicoFields(body);
  const known = kubesprayFields.flatMap(([name, path]) => {
    const value = valueAt(fields, path);
    return value === undefined || value === null ? [] : [[name, value] as const];
  });
  const env = Array.isArray(fields['env']) ? fields['env'].filter(isTree) : [];
  const literals = env.flatMap(({ name, value }) =>
    typeof name === 'string' && typeof value === 'string' ? [[name, value] as const] : [],
  );
  const extra = literals.length > 0 ? { calico_node_extra_envs: Object.fromEntries(literals) } : {};
  return { ...Object.fromEntries(known), ...extra };
}

/** What the inventory of a tool has for it; behind it stands what the manifest has to look like. */
function toolSettings({ distribution }: Install, body: Tree): readonly string[] {
  const variables = distribution === 'kubespray' ? kubesprayVariables(body) : {};
  return Object.keys(variables).length > 0
    ? [words.inventory, ...yamlLines(variables), words.manifest]
    : [];
}

// Tools that write calico-node's manifest from a template of their own, without a setting for most of it.
function heads(install: Install): readonly string[] {
  const { owner } = install;
  return owner === 'kops' || owner === 'k0s' || owner === 'gardener'
    ? [words.literal(durablePlace(install))]
    : [head(install), ...toolRemarks(install)];
}

function toolRemarks({ distribution }: Install): readonly string[] {
  switch (distribution) {
    case 'kubespray':
      return [words.kubespray];
    case 'microk8s':
      return [words.microk8s];
    case 'rke1':
      return [words.rke1];
    default:
      return [];
  }
}

const words = {
  inventory: '# as variables:',
  manifest: '# which makes the manifest:',
  kubespray:
    '# kubespray has variables for few of these fields (calico_node_extra_envs, calico_node_livenessprobe_timeout, calico_node_readinessprobe_timeout, calico_node_cpu_limit, calico_node_memory_limit); the others stand in roles/network_plugin/calico/templates/calico-node.yml.j2',
  microk8s:
    '# on every node: /var/snap/microk8s/current/args/cni-network/cni.yaml, then microk8s kubectl apply -f that file',
  rke1: '# RKE1 has no setting for it: an addon of your own in cluster.yml, or again after each "rke up"',
  literal: (place: string): string =>
    `# ${place} has no setting for this: repeat it after each update`,
};
