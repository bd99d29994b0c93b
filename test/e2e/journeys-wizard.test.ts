import { describe, inject, it } from 'vitest';
import { byHand, changing, draining, sitDown, type Walk } from './support/journey-wizard.ts';
import { which } from './support/which.ts';

// From sick to well through the wizard, by keys in a terminal, and back where that can be.

const { go } = inject('programs');
const { bin } = inject('release');
const isPossible = go !== null && which('tmux') !== null;

const small = { columns: 80, rows: 24 };
const large = { columns: 200, rows: 60 };

// The methods stand between this remedy and its preview.
const methods = [/> Use the address that Kubernetes knows/, /kubernetes.*keeps/s];
const probes = [/> Give calico-node more time/];
const drain = draining('worker-2', [/> Take the load off the node/]);
const cgroups = byHand([/> Let kubelet and container runtime use the same cgroup driver/]);
const runtime = byHand([/> Restart the container runtime/]);

/** Each seed case; each kind of remedy in a small terminal and in a large one. */
const cases: readonly (readonly [id: string, size: typeof small, walk: Walk])[] = [
  ['slow-start', small, changing('DaemonSet/calico-node', probes)],
  ['slow-start-operator', large, changing('Installation/default', probes)],
  ['bridge-address', large, changing('Installation/default', methods)],
  ['bridge-address-manifest', small, changing('DaemonSet/calico-node', methods)],
  ['overload', large, drain],
  ['overload-operator', small, drain],
  ['cgroup-drivers-operator', small, cgroups],
  ['stuck-runtime', large, runtime],
];

describe.skipIf(!isPossible).concurrent('by keys, from sick to well', () => {
  it.for(cases)('%s at %o', { timeout: 900_000 }, async ([id, size, walk], { expect }) => {
    // A change that was taken back may show its fault again, or not yet.
    expect(await sitDown(id, size, walk, { plugins: bin, expect })).toMatch(/^left with [01]$/);
  });
});
