import { byManifest, byOperator, machines } from '../e2e/support/scenarios/parts.ts';
import {
  anyTimeout,
  isNewest,
  unreadyNodes,
  usual,
  withoutBgp,
  type Incident,
} from './incident.ts';

const wellIn = (namespace: string) =>
  ({
    namespace,
    isOfReading: true,
    mayWrite: /^(?!)/,
    rival: null,
    timeouts: anyTimeout,
    fixes: [[], [], ['wrong-ip-autodetected']],
    circumstances: [usual],
    isSick: () => Promise.resolve(false),
    isWell: () => Promise.resolve(true),
    isStanding: async (cluster) =>
      (await unreadyNodes(cluster)).length === 0 && (await isNewest(cluster, namespace)),
    bringBack: () => Promise.resolve(),
  }) satisfies Omit<Incident, 'id' | 'build'>;

const quick = { isQuick: true };

/** Nothing is wrong: only here a diagnosis may end well, and so only here it shows whether it does so on too little. */
export const wellIncidents: readonly Incident[] = [
  {
    ...wellIn('kube-system'),
    id: 'well',
    build: () => byManifest(machines({}, 3), { backend: 'vxlan' }, quick),
  },
  {
    ...wellIn('calico-system'),
    id: 'well-operator',
    build: () => byOperator(machines({}, 3), { spec: withoutBgp }, quick),
  },
];
