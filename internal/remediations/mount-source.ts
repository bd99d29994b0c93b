import type { Remedy } from '../model/remedy.ts';
import { nodeRunbook } from './node-runbook.ts';
import { outsideCluster } from './outside.ts';

interface Mount {
  readonly kind: 'wrong-type' | 'missing-object' | 'read-only' | 'other';
  readonly what: string | null;
  readonly wanted: string | null;
  readonly nodes: readonly string[];
  readonly namespace: string;
}

function commandsFor(path: string, wanted: string | null): readonly string[] {
  const aside = `mv ${path} ${path}.wrong   # keeps what is there`;
  return wanted === 'file'
    ? [`ls -ld ${path}`, `rmdir ${path} || ${aside}`, `touch ${path}`]
    : [
        `ls -ld ${path}`,
        `test -d ${path} || { test -e ${path} && ${aside.replace(/ +#.*/, '')}; mkdir -p ${path}; }`,
      ];
}

/** Makes what the pod wants to mount: a path of the right type on the nodes, or the ConfigMap or Secret that is named. */
export function mountSource({ kind, what, wanted, nodes, namespace }: Mount): Remedy {
  if (kind === 'missing-object') {
    return outsideCluster(words.object(what ?? ''), [
      `kubectl -n ${namespace} get ${what ?? 'configmaps,secrets'}`,
      `# ${words.reapply}`,
    ]);
  }
  const path = what ?? 'PATH';
  return nodeRunbook({
    id: 'repair-mount-path',
    title: words.path(path),
    risk: 'none',
    consequences: [words.again],
    work: nodes.map((node) => ({
      node,
      commands:
        kind === 'read-only'
          ? [`findmnt -T ${path}`, `# ${words.readOnly}`]
          : commandsFor(path, wanted),
    })),
  });
}

const words = {
  object: (what: string): string => `Make ${what} again`,
  reapply:
    'apply the part of the install manifest that holds it (operator: it makes its own objects again when it runs)',
  path: (path: string): string => `Put ${path} right on these nodes`,
  again: 'The kubelet tries again within two minutes; no pod has to be deleted.',
  readOnly:
    'a system with a read-only root: name a writable directory in the installation (CNI directories, flexVolumePath)',
};
