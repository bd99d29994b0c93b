import type { Container } from './cluster/containers.ts';
import { valueAt } from './cluster/operator-rules.ts';
import { ailing, type SaidLine, variableOf } from './journey-ailments.ts';
import { briefly, daemonSet, type Fault, takenPort } from './journey-faults.ts';
import type { KubeClient } from './kube-client.ts';

// Faults that stand in the DaemonSet's own template, or that another template would not mind.

/** A change of the cluster. */
export type Change = (client: KubeClient) => Promise<void>;

/** Changes the pod template of the DaemonSet, as a strategic merge. */
export const template =
  (spec: object): Change =>
  async (client) => {
    await client.patch(daemonSet, { spec: { template: { spec } } }, 'strategic');
  };

/** Changes calico-node's own container. */
export const container = (fields: object): Change =>
  template({ containers: [{ name: 'calico-node', ...fields }] });

/** What is wrong, and what puts it right again. */
export const between = (wrong: Change, right: Change): Pick<Fault, 'bringUp' | 'takeAway'> => ({
  bringUp: async ({ client }) => wrong(client),
  takeAway: async ({ client }) => right(client),
});

/** One variable of the environment, with another value. */
const variable = (name: string, wrong: object, right: object) =>
  between(container({ env: [{ name, ...wrong }] }), container({ env: [{ name, ...right }] }));

const startup = (level: string, message: string): SaidLine => [
  level,
  'startup',
  'startup.go',
  message,
];

const gone = { $patch: 'delete' };

/** Routes by BGP were given up for VXLAN, and the probes go on asking for BIRD. */
const probesOfBird: Fault = {
  finding: 'bird-not-running',
  fix: { timeout: briefly },
  ...variable(
    'CALICO_NETWORKING_BACKEND',
    { value: 'vxlan', valueFrom: null },
    {
      value: null,
      valueFrom: { configMapKeyRef: { name: 'calico-config', key: 'calico_backend' } },
    },
  ),
};

/** Somebody took calico-node its privileges. */
const unprivileged: Fault = ailing({
  finding: 'calico-node-not-privileged',
  fix: { timeout: briefly },
  ...between(
    container({ securityContext: { privileged: false } }),
    container({ securityContext: { privileged: true } }),
  ),
  ails: () => ({
    has: ({ spec }) => valueAt(spec, 'securityContext', 'privileged') !== true,
    probe: 'calico/node is not ready: felix is not ready: readiness probe reporting 503',
    says: [
      [
        'ERROR',
        'felix',
        'ipsets.go',
        `Bad return code from 'ipset list -name'. error=exit status 1 stderr="ipset v7.11: Kernel error received: Operation not permitted"`,
      ],
    ],
  }),
});

/** The name `localhost` is unknown on the machines, and Felix is told to use it. */
const lostLocalhost: Fault = ailing({
  finding: 'localhost-unresolvable',
  fix: { timeout: briefly },
  ails: () => ({
    has: (one) => variableOf(one, 'FELIX_HEALTHHOST') === undefined,
    says: [
      [
        'ERROR',
        'felix',
        'health.go',
        'Health endpoint failed, trying to restart it... error=listen tcp: lookup localhost on 10.96.0.10:53: no such host',
      ],
    ],
  }),
});

const wrongName = 'worker';

/** All calico-node pods are told one name, which is that of no node. */
const oneName: Fault = ailing({
  finding: 'node-name-mismatch',
  fix: { timeout: briefly },
  ...variable(
    'NODENAME',
    { value: wrongName, valueFrom: null },
    { value: null, valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
  ),
  ails: () => ({
    has: (one) => variableOf(one, 'NODENAME') === wrongName,
    says: [
      startup('INFO', `Using NODENAME environment for node name ${wrongName}`),
      startup('INFO', `Starting node ${wrongName} with version v3.24.5`),
      startup(
        'ERROR',
        `Unable to set node resource configuration error=resource does not exist: Node(${wrongName}) with error: nodes "${wrongName}" not found`,
      ),
    ],
  }),
});

const megabytes = ({ spec }: Container): number =>
  Number(/^(\d+)Mi$/.exec(String(valueAt(spec, 'resources', 'limits', 'memory')))?.[1] ?? Infinity);

/** Somebody gave calico-node far less memory than it needs. */
const smallMemory: Fault = ailing({
  finding: 'oom-killed',
  fix: { timeout: briefly },
  ...between(
    container({ resources: { limits: { memory: '24Mi' } } }),
    container({ resources: { limits: null } }),
  ),
  ails: () => ({
    has: (one) => megabytes(one) < 100,
    ending: { exitCode: 137, reason: 'OOMKilled' },
  }),
});

/** The machines are to have an IPv6 address each, and none has. */
const noIPv6: Fault = {
  finding: 'ip-autodetect-none-found',
  fix: { remedy: 'without-ipv6', timeout: briefly },
  ...variable('IP6', { value: 'autodetect' }, gone),
};

/** Faults in the template of an older manifest, one after the other. */
export const templateFaults = {
  probesOfBird,
  unprivileged,
  lostLocalhost,
  oneName,
  smallMemory,
  noIPv6,
  takenPort: { ...takenPort, fix: { timeout: briefly } },
} satisfies Readonly<Record<string, Fault>>;
