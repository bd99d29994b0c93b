import type { KubeObject } from '../model/kubernetes.ts';
import type { Plan } from '../model/plan.ts';
import type { ApiRef, Change } from '../model/remedy.ts';
import { fieldAt, isEqual } from '../plan/fields.ts';
import { expectedRendering, type Rendering } from '../plan/operator-rendering.ts';
import { isOnDelete } from '../plan/rollout.ts';
import { isDaemonSet } from './objects.ts';

/** What follows a change by itself, and has to be waited for. */
export type Aftermath =
  | { readonly kind: 'none' }
  /** Pods have to be deleted by somebody. */
  | { readonly kind: 'by-hand'; readonly ref: ApiRef }
  | { readonly kind: 'rollout'; readonly ref: ApiRef }
  | { readonly kind: 'deployment'; readonly ref: ApiRef }
  /** The operator renders the DaemonSet anew; `rendering` is what must come out of it, null if that is not known. */
  | {
      readonly kind: 'operator';
      readonly installation: string;
      readonly generation: number | null;
      readonly rendering: Rendering | null;
    }
  /** Some controller may change the DaemonSet because of it, within so many seconds. */
  | { readonly kind: 'perhaps'; readonly graceSeconds: number };

export interface SentChange {
  readonly change: Change;
  readonly before: KubeObject | null;
  readonly after: KubeObject | null;
}

const hasChanged = ({ before, after }: SentChange, path: readonly string[]): boolean =>
  !isEqual(fieldAt(before, path), fieldAt(after, path));

/** The Installation whose generation TigeraStatus speaks of: the overlay is merged into `default`. */
const mainInstallation = 'default';

// The operator reads some of FelixConfiguration into its rendering, and kubernetes-services-endpoint makes it start anew;
// helm-controller needs a Job for a HelmChartConfig.
function graceOf({ change: { ref } }: SentChange, isOperator: boolean): number | null {
  switch (ref.kind) {
    case 'HelmChartConfig':
    case 'HelmChart':
      return 300;
    case 'ConfigMap':
      return isOperator && ref.name === 'kubernetes-services-endpoint' ? 180 : null;
    case 'FelixConfiguration':
      return isOperator ? 20 : null;
    default:
      return null;
  }
}

/** What follows a change that was sent, by what it changed. */
export function aftermathOf(sent: SentChange, plan: Plan): Aftermath {
  const { change, after } = sent;
  const { ref } = change;
  const isOperator = plan.install.renderer === 'operator';
  if (ref.kind === 'DaemonSet' && after !== null && isDaemonSet(after)) {
    if (!hasChanged(sent, ['spec', 'template'])) return { kind: 'none' };
    return { kind: isOnDelete(after) ? 'by-hand' : 'rollout', ref };
  }
  if (ref.kind === 'Deployment' && after !== null)
    return hasChanged(sent, ['spec']) ? { kind: 'deployment', ref } : { kind: 'none' };
  if (ref.kind === 'Installation' && after !== null)
    return {
      kind: 'operator',
      installation: ref.name,
      generation: ref.name === mainInstallation ? (after.metadata.generation ?? null) : null,
      rendering: expectedRendering(sent.before, after),
    };
  const graceSeconds = graceOf(sent, isOperator);
  return graceSeconds === null ? { kind: 'none' } : { kind: 'perhaps', graceSeconds };
}

/** The DaemonSet of an installation; where it is not known, the one that an operator would make. */
export const daemonSetRef = ({ install }: Pick<Plan, 'install'>): ApiRef => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  namespace:
    install.namespace ?? (install.renderer === 'operator' ? 'calico-system' : 'kube-system'),
  name: install.daemonSet ?? 'calico-node',
});
