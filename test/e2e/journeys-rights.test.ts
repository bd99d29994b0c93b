import { describe, type ExpectStatic, inject, it } from 'vitest';
import { allAtOnce, onJourney } from './support/journey.ts';
import { chartFaults } from './support/journey-chart.ts';
import { type Fault, manifestFaults, operatorFaults, shortly } from './support/journey-faults.ts';
import { felixFaults } from './support/journey-felix-faults.ts';
import { heldFaults } from './support/journey-held-faults.ts';
import { chart, olderManifest } from './support/journey-installs.ts';
import { missingRight } from './support/journey-missing-right.ts';
import { lostTunnel, placingFaults } from './support/journey-placing-faults.ts';
import { bpfWithoutAddress, reachFaults } from './support/journey-reach-faults.ts';
import { isAmong, triedRemedies } from './support/journey-remedies.ts';
import {
  type Crowd,
  crowdOf,
  diagnoseRoles,
  expectDiagnoseRights,
  expectFixRights,
  expectRightsFor,
  type Fix,
} from './support/journey-rights.ts';
import { templateFaults } from './support/journey-template-faults.ts';
import type { Scenario } from './support/scenarios/scenario.ts';

// The roles that the tool prints are what it needs: with them it works, and with one right less it says which.

const { go } = inject('programs');
const { bin } = inject('release');
const limit = 900_000;

const wrongAddress: Fix = { finding: 'wrong-ip-autodetected' };
const slowStart: Fix = { finding: 'slow-startup-liveness-kill' };
async function inCrowd(
  id: Scenario | string,
  walk: (crowd: Crowd) => Promise<void>,
): Promise<void> {
  await onJourney(id, bin, async (journey) => {
    const crowd = crowdOf(journey, bin);
    try {
      await walk(crowd);
    } finally {
      crowd.leave();
    }
  });
}

const daemonSets = 'patch daemonsets.apps';
const installations = 'patch installations.operator.tigera.io';
const calico = (plural: string): string => `patch ${plural}.crd.projectcalico.org`;

/** Goes through these faults, one after the other. Returns the rights that their fixes took. */
async function tryAll(
  crowd: Crowd,
  faults: readonly Fault[],
  expect: ExpectStatic,
): Promise<readonly string[]> {
  const reading = await diagnoseRoles(crowd);
  const taken: string[] = [];
  for (const fault of faults) taken.push(...(await expectRightsFor(crowd, reading, fault, expect)));
  return taken;
}

function expectTried({ remedies }: Crowd, wanted: readonly string[], expect: ExpectStatic): void {
  const tried = [...remedies].map((id) => wanted.find((one) => isAmong(id, [one])) ?? id);
  expect([...new Set(tried)].toSorted()).toEqual(wanted.toSorted());
}

/** What brings a fault about, what is fixed, and the right that it takes to change something. */
const incidents: readonly (readonly [id: string, fix: Fix, takes: string])[] = [
  ['bridge-address', wrongAddress, installations],
  ['bridge-address-manifest', wrongAddress, daemonSets],
  ['slow-start', { ...slowStart, timeout: shortly }, daemonSets],
  ['slow-start-operator', { ...slowStart, timeout: shortly }, installations],
  [
    'slow-start-old-operator',
    { ...slowStart, args: ['--freeze-operator'], timeout: shortly },
    daemonSets,
  ],
  [
    'overload',
    {
      finding: 'node-overload-liveness-refused',
      args: ['--ignore-daemonsets'],
      isUndone: false,
    },
    'create pods/eviction',
  ],
];

describe.skipIf(go === null).concurrent('the rights that are printed', () => {
  it('are enough and needed with a manifest', { timeout: limit }, async ({ expect }) => {
    const { staleCondition, renamedNode, ...faults } = manifestFaults;
    await inCrowd('healthy-manifest', async (crowd) => {
      // The pods are old enough for the first as long as nothing else was done.
      const first = await tryAll(crowd, [staleCondition, renamedNode], expect);
      await allAtOnce(crowd.journey.cluster);
      const others = [missingRight(), ...Object.values({ ...faults, ...placingFaults })];
      const taken = [...first, ...(await tryAll(crowd, others, expect))];
      expect(taken).toEqual(
        expect.arrayContaining([
          'delete pods',
          'delete nodes',
          'patch nodes',
          'patch namespaces',
          'create serviceaccounts',
          'escalate clusterroles.rbac.authorization.k8s.io',
          daemonSets,
          ...['clusterinformations', 'bgpconfigurations', 'ippools'].map(calico),
        ]),
      );
      expectTried(crowd, triedRemedies.manifest, expect);
    });
  });

  it('are enough and needed with an older manifest', { timeout: limit }, async ({ expect }) => {
    await inCrowd(olderManifest, async (crowd) => {
      await allAtOnce(crowd.journey.cluster);
      const faults = { ...felixFaults, ...templateFaults, ...reachFaults, ...heldFaults };
      const taken = await tryAll(crowd, Object.values(faults), expect);
      const wanted = [daemonSets, 'patch configmaps', 'patch deployments.apps'];
      expect(taken).toEqual(expect.arrayContaining([...wanted, calico('felixconfigurations')]));
      expectTried(crowd, triedRemedies.olderManifest, expect);
    });
  });

  it('are enough and needed with the operator', { timeout: limit }, async ({ expect }) => {
    await inCrowd('healthy', async (crowd) => {
      // The pods are old enough for the first as long as nothing else was done.
      const faults = [lostTunnel, bpfWithoutAddress(), ...Object.values(operatorFaults)];
      const taken = await tryAll(crowd, faults, expect);
      const wanted = [installations, 'patch deployments.apps', 'create configmaps'];
      expect(taken).toEqual(expect.arrayContaining([...wanted, calico('felixconfigurations')]));
      expectTried(crowd, triedRemedies.operator, expect);
    });
  });

  it('are enough and needed with a chart of RKE2', { timeout: limit }, async ({ expect }) => {
    await inCrowd(chart, async (crowd) => {
      const taken = await tryAll(crowd, Object.values(chartFaults), expect);
      const changes = ['create', 'patch'].map((verb) => `${verb} helmchartconfigs.helm.cattle.io`);
      expect(taken).toEqual(expect.arrayContaining(changes));
      expectTried(crowd, triedRemedies.chart, expect);
    });
  });

  it.for(incidents)('are enough and needed for %s', { timeout: limit }, async (one, { expect }) => {
    const [id, fix, takes] = one;
    await inCrowd(id, async (crowd) => {
      const reading = await diagnoseRoles(crowd);
      if (fix === wrongAddress) await expectDiagnoseRights(crowd, reading, expect);
      expect(await expectFixRights(crowd, reading, fix, expect)).toContain(takes);
      for (const remedy of crowd.remedies) expect(triedRemedies.incidents).toContain(remedy);
    });
  });
});
