import { describe, expect, it } from 'vitest';
import type { Install } from '../../internal/model/install.ts';
import type { Installation } from '../../internal/model/kubernetes.ts';
import type { Change, Remedy } from '../../internal/model/remedy.ts';
import type { Snapshot } from '../../internal/model/snapshot.ts';
import { resourceLimit } from '../../internal/remediations/container-resources.ts';
import { placeMethod } from '../../internal/remediations/method-place.ts';
import { nameFromKubernetes } from '../../internal/remediations/node-name.ts';
import { probeRemedies } from '../../internal/remediations/probe-limits.ts';
import { restartPods } from '../../internal/remediations/restart-pods.ts';
import { scaleTypha } from '../../internal/remediations/typha-scale.ts';
import { snapshotOf } from '../support/snapshot.ts';
import { installWith } from './install-with.ts';

const operator: Partial<Install> = {
  renderer: 'operator',
  installation: 'default',
  namespace: 'calico-system',
};

/** Every sort of owner, as the detection gives it. */
const owners: readonly (readonly [string, Partial<Install>])[] = [
  ['a manifest of a person', {}],
  ['kubespray', { distribution: 'kubespray', action: 'apply-temporary' }],
  ['RKE1', { distribution: 'rke1', action: 'apply-temporary' }],
  ['MicroK8s', { distribution: 'microk8s', action: 'apply-temporary' }],
  ['kOps', { owner: 'kops', distribution: 'kops', action: 'apply-temporary' }],
  ['k0s', { owner: 'k0s', distribution: 'k0s', action: 'apply-temporary' }],
  ['a K3s add-on', { owner: 'k3s-addon', ownerName: 'net', action: 'apply-temporary' }],
  ['a manifest by Helm', { owner: 'helm', ownerName: 'net', action: 'apply-temporary' }],
  ['a manifest by Argo CD', { owner: 'argocd', ownerName: 'net', action: 'emit' }],
  ['a manifest by Flux', { owner: 'flux', ownerName: 'net', action: 'emit' }],
  ['the addon-manager', { owner: 'addon-manager', action: 'emit' }],
  ['Gardener', { owner: 'gardener', distribution: 'gardener', action: 'emit' }],
  ['GKE', { owner: 'provider', distribution: 'gke', action: 'refuse' }],
  ['two installations', { state: 'two-installations', action: 'refuse' }],
  ['the operator', operator],
  ['the operator with an overlay', { ...operator, installation: 'overlay' }],
  [
    'the operator by Helm',
    { ...operator, owner: 'helm', ownerName: 'calico', action: 'apply-temporary' },
  ],
  ['the operator by Argo CD', { ...operator, owner: 'argocd', ownerName: 'net', action: 'emit' }],
  ['the operator by Rancher', { ...operator, owner: 'rancher', action: 'emit' }],
  [
    'RKE2',
    {
      ...operator,
      owner: 'helm-controller',
      ownerName: 'rke2-calico',
      distribution: 'rke2',
      action: 'emit',
    },
  ],
  ['AKS', { ...operator, owner: 'provider', distribution: 'aks', action: 'refuse' }],
  ['a migration', { ...operator, state: 'migrating', action: 'refuse' }],
  [
    'an operator that ignores the DaemonSet',
    { ...operator, state: 'ignored-by-operator', action: 'apply-temporary' },
  ],
];

const snapshot: Snapshot = snapshotOf({ lists: { helmChartConfigs: [] } });
const installation: Installation = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  metadata: { name: 'default' },
  spec: {},
};

/** What is changed, in short: the object and the way. */
const shortly = ({ ref, verb, patchType }: Change): string =>
  [verb, patchType, `${ref.kind}/${ref.name}`].filter(Boolean).join(' ');

const inDaemonSet = 'patch strategic DaemonSet/calico-node';
const inDefault = 'patch merge Installation/default';
const inChart = 'create HelmChartConfig/rke2-calico';

/** By owner: the place of a change that the operator has a field for. */
const places: Readonly<Record<string, readonly string[]>> = {
  'a manifest of a person': [inDaemonSet],
  kubespray: [inDaemonSet],
  RKE1: [inDaemonSet],
  MicroK8s: [inDaemonSet],
  kOps: [inDaemonSet],
  k0s: [inDaemonSet],
  'a K3s add-on': [inDaemonSet],
  'a manifest by Helm': [inDaemonSet],
  'the operator': [inDefault],
  'the operator with an overlay': ['patch merge Installation/overlay'],
  'the operator by Helm': [inDefault],
  RKE2: [inChart],
  'an operator that ignores the DaemonSet': [inDaemonSet],
};

type Short = Pick<Remedy, 'action' | 'changes' | 'durable' | 'manual'>;

const isSent = ({ action }: Pick<Remedy, 'action'>): boolean =>
  action === 'apply' || action === 'apply-temporary';

const isOwn = ({ owner, action }: Install): boolean => owner === 'user' && action === 'apply';

/** What of a remedy depends on the owner. */
const judged = (remedy: Short) => ({
  changes: remedy.changes.map(shortly),
  isSent: isSent(remedy),
  isSaid: remedy.manual.length > 0,
});

// A person's own installation needs no other place.
function placeOf(name: string) {
  const changes = places[name] ?? [];
  return { changes, isSent: changes.length > 0, isSaid: true };
}

const overlay = { ...installation, metadata: { name: 'overlay' } };

describe.each(owners)('%s', (name, more) => {
  const install = installWith(more);

  it('has its place for a method', () => {
    const placed = placeMethod('kubernetes-internal-ip', { install, family: 4, env: [], snapshot });
    expect(placed && judged(placed)).toEqual(placeOf(name));
    expect(placed?.durable !== undefined).toBe(!isOwn(install));
  });

  it('has its place for probes', () => {
    const numbers = { livenessProbe: { initialDelaySeconds: 60, failureThreshold: 10 } };
    const [remedy] = probeRemedies({
      install,
      installation: install.installation === 'overlay' ? overlay : installation,
      canOverride: true,
      numbers,
      snapshot,
    });
    expect(remedy && judged(remedy)).toEqual(placeOf(name));
    expect(remedy?.consequences.some((text) => text.startsWith('It lasts'))).toBe(
      remedy?.action === 'apply-temporary',
    );
  });

  it('has its place for a limit', () => {
    const remedy = resourceLimit({
      install,
      installation: install.installation === 'overlay' ? overlay : installation,
      canOverride: true,
      container: 'calico-node',
      resource: 'cpu',
      now: '500m',
      wanted: null,
      isInjected: false,
      snapshot,
    });
    expect(judged(remedy)).toEqual(placeOf(name));
  });

  it('takes names from Kubernetes in the DaemonSet alone', () => {
    const remedy = nameFromKubernetes(install);
    const isRendered = install.renderer === 'operator' && install.state !== 'ignored-by-operator';
    expect(remedy && judged(remedy)).toEqual(isRendered ? null : placeOf(name));
  });

  it('scales Typha unless the operator does', () => {
    const place = { namespace: 'kube-system', deployment: 'calico-typha', replicas: 1, wanted: 3 };
    const remedy = scaleTypha(install, place);
    const isScaled = install.renderer !== 'operator' && isSent(install);
    expect(remedy.changes).toEqual(
      isScaled
        ? [
            {
              ref: { apiVersion: 'apps/v1', kind: 'Deployment', ...refOf(place) },
              verb: 'patch',
              patchType: 'strategic',
              body: { spec: { replicas: 3 } },
            },
          ]
        : [],
    );
  });

  it('starts pods anew unless they are being replaced', () => {
    const pod = { kind: 'Pod', metadata: { name: 'calico-node-a', namespace: 'n', uid: 'u' } };
    const isMoving = install.state === 'migrating' || install.state === 'two-installations';
    expect(restartPods([pod], install)).toMatchObject({
      action: isMoving ? 'refuse' : 'apply',
      changes: isMoving
        ? []
        : [
            {
              ref: { apiVersion: 'v1', kind: 'Pod', namespace: 'n', name: 'calico-node-a' },
              verb: 'delete',
              guard: { uid: 'u' },
            },
          ],
    });
  });
});

function refOf({ namespace, deployment }: { namespace: string; deployment: string }) {
  return { namespace, name: deployment };
}
