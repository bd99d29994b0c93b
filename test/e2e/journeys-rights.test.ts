import { describe, inject, it } from 'vitest';
import { allAtOnce, onJourney } from './support/journey.ts';
import { type Fault, manifestFaults, operatorFaults } from './support/journey-faults.ts';
import { missingRight } from './support/journey-missing-right.ts';
import {
  type Crowd,
  crowdOf,
  diagnoseRoles,
  expectDiagnoseRights,
  expectFixRights,
  expectRightsFor,
  type Fix,
} from './support/journey-rights.ts';

// The roles that the tool prints are what it needs: with them it works, and with one right less it says which.

const { go } = inject('programs');
const { bin } = inject('release');
const limit = 900_000;

const wrongAddress: Fix = { finding: 'wrong-ip-autodetected' };
const slowStart: Fix = { finding: 'slow-startup-liveness-kill' };
// What has been changed is watched elsewhere; here it is only asked whether it may be.
const shortly = '20s';

async function inCrowd(id: string, walk: (crowd: Crowd) => Promise<void>): Promise<void> {
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
    const taken: string[] = [];
    await inCrowd('healthy-manifest', async (crowd) => {
      const reading = await diagnoseRoles(crowd);
      const tryOut = async (fault: Fault, isUndone = true): Promise<void> => {
        taken.push(...(await expectRightsFor(crowd, reading, { fault, isUndone }, expect)));
      };
      // The pods are old enough for the first as long as nothing else was done.
      await tryOut(staleCondition, false);
      await tryOut(renamedNode, false);
      await allAtOnce(crowd.journey.cluster);
      for (const fault of [missingRight(), ...Object.values(faults)]) await tryOut(fault);
    });
    expect(taken).toEqual(
      expect.arrayContaining([
        'delete pods',
        'delete nodes',
        'patch nodes',
        'escalate clusterroles.rbac.authorization.k8s.io',
        daemonSets,
        ...['clusterinformations', 'bgpconfigurations', 'ippools'].map(calico),
      ]),
    );
  });

  it('are enough and needed with the operator', { timeout: limit }, async ({ expect }) => {
    const taken: string[] = [];
    await inCrowd('healthy', async (crowd) => {
      const reading = await diagnoseRoles(crowd);
      for (const fault of Object.values(operatorFaults)) {
        // What the operator does not accept it does not render: the DaemonSet stays.
        const isUndone = fault !== operatorFaults.twoMethods;
        const how = { fault, timeout: shortly, isUndone };
        taken.push(...(await expectRightsFor(crowd, reading, how, expect)));
      }
    });
    const wanted = [installations, 'patch deployments.apps', calico('felixconfigurations')];
    expect(taken).toEqual(expect.arrayContaining(wanted));
  });

  it.for(incidents)('are enough and needed for %s', { timeout: limit }, async (one, { expect }) => {
    const [id, fix, takes] = one;
    await inCrowd(id, async (crowd) => {
      const reading = await diagnoseRoles(crowd);
      if (fix === wrongAddress) await expectDiagnoseRights(crowd, reading, expect);
      expect(await expectFixRights(crowd, reading, fix, expect)).toContain(takes);
    });
  });
});
