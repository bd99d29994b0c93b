import type { KubeObject } from '../model/kubernetes.ts';
import { fieldAt, isFields } from '../plan/fields.ts';
import { hasSeen, operatorSays, type OperatorSays } from '../plan/operator-status.ts';
import type { ApplyContext } from './context.ts';
import { glance, isGone } from './objects.ts';

type Complaint = OperatorSays['degraded'];
type Reader = Pick<ApplyContext, 'cluster'>;

const installationRef = (name: string) =>
  ({ apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name }) as const;

/** TigeraStatus `calico` and the Installation `default`, as far as they can be read. */
export async function readOperator({ cluster }: Reader) {
  const status = { apiVersion: 'operator.tigera.io/v1', kind: 'TigeraStatus', name: 'calico' };
  return operatorSays(
    await glance(cluster, status),
    await glance(cluster, installationRef('default')),
  );
}

async function operatorDeployment({ cluster }: Reader): Promise<KubeObject | null | 'unread'> {
  const place = { apiVersion: 'apps/v1', kind: 'Deployment' } as const;
  const home = { ...place, namespace: 'tigera-operator', name: 'tigera-operator' };
  const reply = await cluster.get(home);
  if (reply.state === 'done') return reply.value;
  if (!isGone(reply)) return 'unread';
  // Charts may put it elsewhere, the label stays.
  const others = await cluster.list({ ...place, labelSelector: 'k8s-app=tigera-operator' });
  return others.state === 'done' ? (others.value[0] ?? null) : 'unread';
}

/** Why the operator cannot take up a change, by its Deployment; null if it can, or that cannot be told. */
export async function operatorFault(context: Reader): Promise<string | null> {
  const deployment = await operatorDeployment(context);
  if (deployment === 'unread') return null;
  if (deployment === null) return words.noOperator;
  if (fieldAt(deployment, ['spec', 'replicas']) === 0) return words.scaledDown;
  const ready = fieldAt(deployment, ['status', 'readyReplicas']);
  return typeof ready === 'number' && ready > 0 ? null : words.notReady;
}

// The overlay wins, field by field (tigera/operator pkg/controller/utils OverrideInstallationSpec).
async function overlayFault({ cluster }: Reader, fields: KubeObject): Promise<string | null> {
  if (fields.metadata.name === 'overlay') return null;
  const overlay = await glance(cluster, installationRef('overlay'));
  const network = fieldAt(overlay, ['spec', 'calicoNetwork']);
  if (!isFields(network)) return null;
  const field = ['nodeAddressAutodetectionV4', 'nodeAddressAutodetectionV6'].find(
    (name) => network[name] !== undefined,
  );
  return field === undefined ? null : words.overlay(field);
}

/**
 * Why the operator has not put a change of an Installation into the DaemonSet, as a sentence: what can be seen of it, the surest
 * first. `generation` is that of the change, null where the operator does not speak of it.
 */
export async function operatorBlame(
  context: Reader,
  installation: KubeObject,
  daemonSet: KubeObject | null,
  generation: number | null,
): Promise<string> {
  const fault = await operatorFault(context);
  if (fault !== null) return fault;
  const mark = daemonSet?.metadata.annotations?.['unsupported.operator.tigera.io/ignore'];
  if (mark === 'true') return words.ignored;
  const overlay = await overlayFault(context, installation);
  if (overlay !== null) return overlay;
  const says = await readOperator(context);
  const { degraded, observedGeneration } = says;
  // What it complains of is about what was before: a program that has ended leaves its last word behind.
  if (hasSeen(says, generation) === false) return words.unseen(observedGeneration, degraded);
  return degraded === null ? words.unknown : words.degraded(degraded.reason, degraded.message);
}

const words = {
  noOperator: 'There is no Deployment of tigera-operator: the operator does not run.',
  scaledDown: 'The operator is scaled to 0 replicas.',
  notReady: 'No pod of the operator is ready.',
  ignored:
    'The DaemonSet has the annotation unsupported.operator.tigera.io/ignore: the operator leaves it alone.',
  overlay: (field: string): string =>
    `The Installation overlay sets spec.calicoNetwork.${field} too, and wins.`,
  unseen: (generation: number | null, degraded: Complaint): string => {
    const before = degraded === null ? '' : ` (${degraded.reason}: ${degraded.message})`;
    return `It has not looked at the change: its status is still about generation ${generation ?? 0} of the Installation${before}. Its log tells what it does: kubectl -n tigera-operator logs deployment/tigera-operator --tail=30`;
  },
  degraded: (reason: string, message: string): string =>
    `The operator is Degraded (${reason}): ${message}`,
  unknown:
    'The operator runs and does not complain. It may not be the leader, or be of an older release than its CRDs and not know the field.',
};
