import path from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { run } from './support/run.ts';
import { openTerminal, type Terminal } from './support/terminal.ts';
import { which } from './support/which.ts';

const { bin } = inject('release');
const program = path.join(bin, 'kubectl-calico_fix');
const sample = (name: string) => path.join(import.meta.dirname, '../dumps', name);

let terminal: Terminal | null = null;

afterEach(() => {
  terminal?.close();
  terminal = null;
});

async function wizardOn(name: string, columns: number, rows: number): Promise<Terminal> {
  terminal = await openTerminal({ columns, rows });
  terminal.type(`clear; echo before; ${program} --from ${sample(name)}; echo "left with $?"`);
  terminal.keys('Enter');
  return terminal;
}

describe.skipIf(which('tmux') === null)('the wizard in a terminal', () => {
  it.each([
    [80, 24],
    [200, 60],
  ])('leads from the verdict to a preview, at %i by %i', async (columns, rows) => {
    const { keys, type, shows, screen } = await wizardOn('wrong-ip-autodetected', columns, rows);
    await shows(/> ✗ wrong-ip-autodetected/);
    keys('Enter');
    await shows(/> node\/shop-3.*autodetected/s);
    keys('Enter');
    await shows(/> Use the address that Kubernetes knows/);
    keys('Enter');
    await shows(/Which address each method gives each node.*keeps/s);
    keys('m');
    type('interface=^ens192$');
    await shows(/interface=\^ens192\$: safe on every node/);
    keys('Enter');
    await shows(/\+ {5}interface: \^ens192\$/);
    await shows(/This is a dump: nothing can be applied/);
    keys('Enter');
    await shows(/Run the wizard on the cluster itself/);
    keys('?');
    await shows(/esc\s+back; nothing is lost/);
    keys('x');
    await shows(/This is a dump/);
    keys('q');
    const left = await shows(/left with 1/);
    expect(left).toContain('before');
    expect(left).toContain('gave out 10.10.0.1');
    expect(screen()).not.toContain('What happens');
  });

  it('is drawn anew when the terminal changes its size', async () => {
    const { keys, shows, resize, screen } = await wizardOn('wrong-ip-autodetected', 120, 40);
    await shows(/> ✗ wrong-ip-autodetected/);
    resize(70, 16);
    await shows(/enter look at it.*\? help {3}q quit/);
    keys('Enter');
    await shows(/more lines/);
    resize(160, 50);
    await shows(/look-alikes/);
    const lines = screen().trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/esc back/);
    keys('Escape');
    await shows(/look at it/);
    keys('C-c');
    await shows(/left with 130/);
  });

  it.each(['TERM', 'HUP'])('gives the screen back when SIG%s ends it', async (signal) => {
    const { type, keys, shows } = await wizardOn('wrong-ip-autodetected', 80, 24);
    await shows(/> ✗ wrong-ip-autodetected/);
    const { stdout } = await run('pgrep', ['-f', `${program} --from`], {});
    for (const pid of stdout.trim().split('\n')) process.kill(Number(pid), `SIG${signal}`);
    await shows(/left with 1(?:43|29)/);
    type('echo still here');
    keys('Enter');
    expect(await shows(/^still here$/m)).not.toContain('> ✗ wrong-ip-autodetected');
  });

  it('asks line by line with --plain, without drawing', async () => {
    terminal = await openTerminal({ columns: 100, rows: 50 });
    const { type, keys, shows } = terminal;
    type(`${program} --plain --from ${sample('cgroup-driver-mismatch')}; echo "left with $?"`);
    keys('Enter');
    await shows(/ {2}1 {2}✗ cgroup-driver-mismatch/);
    type('1');
    keys('Enter');
    await shows(/Enter to go on/);
    keys('Enter');
    await shows(/What can be done about cgroup-driver-mismatch/);
    type('1');
    keys('Enter');
    await shows(/Step 1 of \d+/);
    type('q');
    keys('Enter');
    expect(await shows(/left with 1/)).toMatch(/^sudo|^  sudo|systemctl/m);
  });
});

describe('the wizard without a terminal', () => {
  it('does not start', async () => {
    const alone = await run(program, [], {});
    expect(alone.stdout).toContain('Commands:');
    expect(alone.code).toBe(0);
    const plain = await run(program, ['--plain'], {});
    expect(plain.code).toBe(2);
    expect(plain.stderr).toContain('nobody at a terminal');
  });
});
