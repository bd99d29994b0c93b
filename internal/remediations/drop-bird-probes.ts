import { installOf } from '../calico/install/install.ts';
import type { Container } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { templateContainer } from './calico-env.ts';
import { inDaemonSet } from './container-fields.ts';
import { aboutPlace } from './durable.ts';
import { outsideCluster } from './outside.ts';
import type { Tree } from './tree.ts';

/** Takes the BIRD checks out of the probes of an installation that runs no BIRD; else the commands that show why BIRD is down. */
export function dropBirdProbes(snapshot: Snapshot, isAskedInVain: boolean): readonly Remedy[] {
  const install = installOf(snapshot);
  const namespace = install.namespace ?? 'kube-system';
  const name = install.daemonSet ?? 'calico-node';
  if (!isAskedInVain) {
    return [
      {
        ...outsideCluster(words.look, [
          `kubectl -n ${namespace} logs -l k8s-app=${name} -c calico-node --tail=200 --prefix | grep -iE 'bird|confd'`,
        ]),
        id: 'look-at-bird',
      },
    ];
  }
  if (install.renderer === 'operator') {
    return [
      {
        ...outsideCluster(words.operator, [
          `kubectl get installation ${install.installation ?? 'default'} -o jsonpath='{.spec.calicoNetwork.bgp}'`,
          `kubectl -n ${namespace} get daemonset ${name} -o jsonpath='{.metadata.annotations}'`,
          `# ${words.ignored}`,
        ]),
        id: 'drop-bird-probes',
      },
    ];
  }
  const fields = withoutBird(templateContainer(snapshot, install));
  const placed = inDaemonSet(install, { container: 'calico-node', fields });
  return [
    {
      id: 'drop-bird-probes',
      title: words.title,
      risk: 'restarts-pods',
      consequences: [words.consequence, ...aboutPlace(install, placed)],
      ...placed,
    },
  ];
}

// Whatever the release calls them (`-bird-live`, `--bird-ready`); a command is replaced as a whole. Where the template was not
// read, as Calico's manifests without BGP have them.
function withoutBird(container: Container | undefined): Tree {
  const plain = {
    livenessProbe: { exec: { command: ['/bin/calico-node', '-felix-live'] } },
    readinessProbe: { exec: { command: ['/bin/calico-node', '-felix-ready'] } },
  };
  if (!container) return plain;
  const kinds = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const words = container[kind]?.exec?.command ?? [];
      const kept = words.filter((word) => !/^--?bird6?-(?:live|ready)$/.test(word));
      return kept.length < words.length ? [[kind, { exec: { command: kept } }] as const] : [];
    }),
  );
}

const words = {
  title: 'Let the probes ask for Felix alone',
  consequence: 'calico-node restarts node by node; running pods keep their network.',
  look: 'See what BIRD and confd say',
  operator: 'Let the operator write the probes again: with BGP disabled it leaves BIRD out itself',
  ignored:
    'an annotation unsupported.operator.tigera.io/ignore keeps the operator away; a policy engine may rewrite the pods',
};
