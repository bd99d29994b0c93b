import { describe, inject, it } from 'vitest';
import { errorsOf } from './support/cluster/ask.ts';
import { journeyOn, leave, recordsOf } from './support/journey.ts';
import { objectsOf } from './support/journey-objects.ts';
import { openTerminal } from './support/terminal.ts';
import { which } from './support/which.ts';

// From sick to verified to undone through the wizard, by keys in a terminal.

const { go } = inject('programs');
const { bin } = inject('release');
const isPossible = go !== null && which('tmux') !== null;
const rolloutSeconds = 420;
const lookSeconds = 90;

const cases = [
  {
    id: 'bridge-address-manifest',
    finding: 'wrong-ip-autodetected',
    // The methods stand between this remedy and its preview.
    screens: [/> Use the address that Kubernetes knows/, /kubernetes.*keeps/s],
    target: 'DaemonSet/calico-node',
    size: { columns: 80, rows: 24 },
  },
  {
    id: 'slow-start-operator',
    finding: 'slow-startup-liveness-kill',
    screens: [/> Give calico-node more time/],
    target: 'Installation/default',
    size: { columns: 200, rows: 60 },
  },
] as const;

describe.skipIf(!isPossible).concurrent('by keys, from sick to verified to undone', () => {
  it.for(cases)(
    '$id at $size.columns by $size.rows',
    { timeout: 900_000 },
    async ({ id, finding, screens, target, size }, { expect }) => {
      const journey = await journeyOn(id, bin);
      const { cluster, user } = journey;
      const terminal = await openTerminal({ ...size, env: user.env });
      const { keys, type, shows } = terminal;
      const confirm = async (): Promise<void> => {
        await shows(/API server accepts/, lookSeconds);
        keys('Enter');
        await shows(/Type yes and press enter/, lookSeconds);
        expect(terminal.screen()).toContain(target);
        type('yes');
        await shows(/> yes_/);
        keys('Enter');
      };
      try {
        const before = await objectsOf(cluster);
        type('clear; kubectl calico-fix; echo "left with $?"');
        keys('Enter');
        await shows(new RegExp(`> ✗ ${finding}`), lookSeconds);
        keys('Enter');
        await shows(/enter what can be done/);
        keys('Enter');
        for (const screen of screens) {
          await shows(screen, lookSeconds);
          keys('Enter');
        }
        await confirm();
        await shows(/✓ Done, and verified/, rolloutSeconds);
        expect(await objectsOf(cluster)).not.toEqual(before);
        const { code, diagnosis } = await user.diagnose();
        expect({ code, errors: errorsOf(diagnosis) }).toEqual({ code: 0, errors: [] });

        keys('u');
        await confirm();
        await shows(/✓ Taken back, and verified/, rolloutSeconds);
        expect(await objectsOf(cluster)).toEqual(before);
        expect(await recordsOf(user)).toMatchObject([
          { state: 'verified' },
          { state: 'undone', undoes: null },
        ]);
        keys('q');
        await shows(/left with \d/, lookSeconds);
      } finally {
        terminal.close();
        await leave(journey);
      }
    },
  );
});
