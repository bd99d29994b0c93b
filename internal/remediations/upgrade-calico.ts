import { crdFile, manifestFile, manifestUrl } from '../calico/manifest.ts';
import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';
import { actionByHand } from './by-hand.ts';

/** The way to a Calico release that works with this Kubernetes: `least` is the first such (`3.23.0`). */
export function upgradeCalico(install: Install, least: string): Remedy {
  const file = manifestFile(install);
  return {
    id: 'upgrade-calico',
    title: words.title(least),
    action: 'manual',
    risk: 'restarts-pods',
    changes: [],
    consequences: [words.consequence],
    manual: [
      words.choose(least),
      ...(install.renderer === 'operator' ? words.operator(file) : words.manifest(file)),
    ],
  };
}

/** Brings the parts of Calico to one release, by the manifest of the one that calico-node runs. */
export function useOneRelease(install: Install, version: string): Remedy {
  const url = manifestUrl({ ...install, calicoVersion: version }, manifestFile(install));
  const crds = manifestUrl({ ...install, calicoVersion: version }, crdFile(install));
  const isOperator = install.renderer === 'operator';
  return {
    id: 'one-release',
    title: words.one(version),
    action: isOperator ? 'manual' : actionByHand(install),
    risk: 'restarts-pods',
    changes: [],
    consequences: [words.consequence],
    manual: isOperator
      ? words.overrides
      : [
          ...(crds === null ? [] : [`kubectl apply --server-side --force-conflicts -f ${crds}`]),
          words.own,
          ...(url === null ? [] : [`curl -fsSL ${url} -o calico-${version}.yaml`]),
          `kubectl diff -f calico-${version}.yaml`,
          `kubectl apply -f calico-${version}.yaml`,
        ],
  };
}

const words = {
  title: (least: string): string => `Upgrade Calico to v${least} or newer`,
  one: (version: string): string => `Bring all parts of Calico to ${version}`,
  consequence:
    'calico-node restarts node by node. Running pods keep their network; keep your own settings (addresses, MTU, pools) when you take a new manifest.',
  choose: (least: string): string =>
    `# choose a release (v${least} or newer) whose requirements name your Kubernetes: https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements`,
  operator: (file: string): readonly string[] => [
    `kubectl apply --server-side --force-conflicts -f https://raw.githubusercontent.com/projectcalico/calico/VERSION/manifests/operator-crds.yaml`,
    `kubectl apply --server-side --force-conflicts -f https://raw.githubusercontent.com/projectcalico/calico/VERSION/manifests/${file}`,
    'kubectl get tigerastatus',
  ],
  manifest: (file: string): readonly string[] => [
    `curl -fsSL https://raw.githubusercontent.com/projectcalico/calico/VERSION/manifests/${file} -o ${file}`,
    '# carry your own settings over, then compare and apply',
    `kubectl diff -f ${file}`,
    `kubectl apply -f ${file}`,
  ],
  overrides: [
    'kubectl get imageset -o yaml',
    'kubectl get installation default -o yaml | grep -nE "registry|imagePath|image"',
    '# the operator takes all parts from its own release: remove what names an image of another one',
  ],
  own: '# your own settings are not in this file: carry them over before you apply it',
};
