import { describe, inject, it } from 'vitest';
import { errorsOf } from './support/cluster/ask.ts';
import { bridge, type NodeFacts } from './support/cluster/facts.ts';
import { valueAt } from './support/cluster/operator-rules.ts';
import { calicoPods } from './support/cluster/watching.ts';
import { ask, journeyOn, leave, patience, recordsOf } from './support/journey.ts';
import { objectsOf } from './support/journey-objects.ts';
import { byManifest, byOperator, machines } from './support/scenarios/parts.ts';
import { nodeAt, type Scenario } from './support/scenarios/scenario.ts';

// A method that makes things worse is noticed on the first node, and taken back.

const { go } = inject('programs');
const { bin } = inject('release');
const method = 'interface=^lxdbr0$';

// On each machine a bridge with the address of another machine: whichever node starts first with it finds it in use.
function misled(): NodeFacts[] {
  const nodes = machines({}, 3);
  const [first, second] = [nodeAt(nodes, 0), nodeAt(nodes, 1)];
  for (const node of nodes) {
    const other = node === second ? first : second;
    node.nics = [...node.nics, bridge('lxdbr0', 9, `${other.internalIp}/24`)];
  }
  return nodes;
}

const scenarioFor = (install: 'manifest' | 'operator'): Scenario => ({
  id: `misled-${install}`,
  title: 'each machine has a bridge with the address of another one',
  tries: [],
  finds: [],
  build: (options) => {
    const env = { IP_AUTODETECTION_METHOD: 'kubernetes-internal-ip' };
    const calicoNetwork = {
      ipPools: [{ cidr: '10.244.0.0/14', encapsulation: 'VXLANCrossSubnet' }],
      nodeAddressAutodetectionV4: { kubernetes: 'NodeInternalIP' },
    };
    return install === 'manifest'
      ? byManifest(misled(), { env }, options)
      : byOperator(misled(), { spec: { calicoNetwork } }, options);
  },
});

describe.skipIf(go === null).concurrent('a method that makes things worse', () => {
  it.for(['manifest', 'operator'] as const)(
    'is refused, and where it is forced, taken back after one node: %s',
    { timeout: 900_000 },
    async (install, { expect }) => {
      const journey = await journeyOn(scenarioFor(install), bin);
      const { cluster, user } = journey;
      const uidsByNode = async () => {
        const all = await calicoPods(cluster.client);
        return [...all].map(([node, pod]) => [node, valueAt(pod, 'metadata', 'uid')]);
      };
      try {
        const before = await objectsOf(cluster);
        const pods = await uidsByNode();
        const refused = await ask(user, 'fix', '--method', method, '--yes');
        expect(refused).toMatchObject({ code: 2 });
        expect(await objectsOf(cluster)).toEqual(before);
        expect(await recordsOf(user)).toEqual([]);

        const forced = await ask(user, 'fix', '--method', method, '--force', '--yes');
        expect({ code: forced.code, data: forced.data }).toMatchObject({
          code: 1,
          data: { result: 'rolled-back' },
        });
        expect(await objectsOf(cluster)).toEqual(before);
        const now = await uidsByNode();
        const same = now.filter(([node, uid]) =>
          pods.some(([name, old]) => name === node && old === uid),
        );
        expect(now).toHaveLength(3);
        expect(same).toHaveLength(2);
        expect(await recordsOf(user)).toMatchObject([{ state: 'rolled-back' }]);
        expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 2 });
        const errors = async () => errorsOf((await user.diagnose()).diagnosis);
        await expect.poll(errors, patience).toEqual([]);
      } finally {
        await leave(journey);
      }
    },
  );
});
