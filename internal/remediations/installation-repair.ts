import type { MethodName, SetMethods } from '../calico/installation-methods.ts';
import type { Install } from '../model/install.ts';
import type { Change, Remedy } from '../model/remedy.ts';
import { lastingRemark } from './by-hand.ts';
import { durablePlace, isSendable, lastsUntil } from './durable.ts';
import { isOwnedByPerson } from './durable-fields.ts';

export interface RejectedInstallation {
  readonly name: string;
  readonly methods: readonly SetMethods[];
}

// The operator writes `firstFound: true` itself as a default, so beside another method it is nobody's wish.
const kept = ({ methods }: SetMethods): readonly MethodName[] =>
  methods.filter((name) => name !== 'firstFound');

function patchOf({ field, methods }: SetMethods, keep: MethodName): unknown {
  const nulls = Object.fromEntries(
    methods.filter((name) => name !== keep).map((name) => [name, null]),
  );
  return { spec: { calicoNetwork: { [field]: nulls } } };
}

function keepOne(install: Install, set: SetMethods, keep: MethodName): Remedy {
  const body = patchOf(set, keep);
  const change: Change = {
    ref: {
      apiVersion: 'operator.tigera.io/v1',
      kind: 'Installation',
      name: set.installation,
    },
    verb: 'patch',
    patchType: 'merge',
    body,
  };
  const isAllowed = isSendable(install);
  const others = set.methods.filter((name) => name !== keep);
  const durable =
    isOwnedByPerson(install) || install.action === 'refuse'
      ? []
      : [words.inSource(durablePlace(install), set.field, keep, others)];
  return {
    id: `keep-${keep.toLowerCase()}`,
    title: words.keep(keep),
    action: install.action,
    risk: 'restarts-pods',
    target: { kind: 'Installation', name: set.installation },
    changes: isAllowed ? [change] : [],
    ...(durable.length > 0 ? { durable } : {}),
    consequences: [words.consequence, ...lastsUntil(install)],
    manual: [
      ...lastingRemark(install),
      `kubectl patch installation ${set.installation} --type merge -p '${JSON.stringify(body)}'`,
      'kubectl get tigerastatus calico',
    ],
  };
}

const readIt = ({ name }: RejectedInstallation): Remedy => ({
  id: 'repair-installation',
  title: words.read(name),
  action: 'manual',
  risk: 'restarts-pods',
  target: { kind: 'Installation', name },
  changes: [],
  consequences: [words.consequence],
  manual: [
    'kubectl get tigerastatus calico -o jsonpath=\'{range .status.conditions[*]}{.type}={.status} {.reason}: {.message}{"\\n"}{end}\'',
    `kubectl get installation ${name} -o yaml`,
    `kubectl edit installation ${name}`,
    'kubectl get tigerastatus calico -w',
  ],
});

/** Makes the Installation one that the operator accepts: one address method where several are set, else by what it says. */
export function repairInstallation(
  install: Install,
  rejected: RejectedInstallation,
): readonly Remedy[] {
  const choices = rejected.methods.flatMap((set) => {
    const names = kept(set);
    return (names.length > 0 ? names : set.methods).map((keep) => keepOne(install, set, keep));
  });
  return choices.length > 0 ? choices : [readIt(rejected)];
}

const words = {
  inSource: (
    place: string,
    field: string,
    keep: MethodName,
    others: readonly MethodName[],
  ): string =>
    `# in ${place}: of calicoNetwork.${field} only "${keep}" stays; ${others.map((name) => (name === 'firstFound' ? 'firstFound: false' : `${name} goes`)).join(', ')}`,
  keep: (name: MethodName): string => `Keep the method "${name}" and take the others out`,
  read: (name: string): string => `Correct Installation/${name}`,
  consequence:
    'The operator renders again within seconds: changes that waited reach calico-node now, which restarts node by node.',
};
