import type { ExpectStatic } from 'vitest';
import { valueAt } from './cluster/operator-rules.ts';
import { ask, diagnosed, type Journey, onJourney, patience, recordsOf, well } from './journey.ts';
import { objectsOf } from './journey-objects.ts';
import { commandsIn, doingBy } from './journey-runbook.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { scenarioOf } from './scenarios/scenarios.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** Somebody who sits before the wizard, at the remedies of the finding. */
interface Sitting {
  readonly scenario: Scenario;
  readonly journey: Journey;
  readonly terminal: Terminal;
  readonly finding: string;
  readonly expect: ExpectStatic;
}

/** What somebody does there, until the wizard may be left. */
export type Walk = (sitting: Sitting) => Promise<void>;

const rolloutSeconds = 420;
const lookSeconds = 90;

/** Goes on from a preview that the API server accepts, and types the word that is asked for. */
async function confirm(
  { terminal: { keys, type, shows, screen }, expect }: Sitting,
  target: string,
  word = 'yes',
): Promise<void> {
  await shows(/API server accepts/, lookSeconds);
  keys('Enter');
  await shows(new RegExp(`Type ${word} and press enter`), lookSeconds);
  expect(screen()).toContain(target);
  type(word);
  await shows(new RegExp(`> ${word}_`));
  keys('Enter');
}

async function goThrough(
  { terminal: { keys, shows } }: Sitting,
  screens: readonly RegExp[],
): Promise<void> {
  for (const screen of screens) {
    await shows(screen, lookSeconds);
    keys('Enter');
  }
}

/** Changes something, and takes that back; `screens` stand between the remedies and the preview, each left with Enter. */
export const changing =
  (target: string, screens: readonly RegExp[]): Walk =>
  async (sitting) => {
    const { journey, terminal, expect } = sitting;
    const { cluster, user } = journey;
    const { keys, shows } = terminal;
    const before = await objectsOf(cluster);
    await goThrough(sitting, screens);
    await confirm(sitting, target);
    await shows(/✓ Done, and verified/, rolloutSeconds);
    expect(await objectsOf(cluster)).not.toEqual(before);
    expect(await diagnosed(journey)).toEqual(well);

    keys('u');
    await confirm(sitting, target);
    await shows(/✓ Taken back, and verified/, rolloutSeconds);
    expect(await objectsOf(cluster)).toEqual(before);
    expect(await recordsOf(user)).toMatchObject([
      { state: 'verified' },
      { state: 'undone', undoes: null },
    ]);
  };

/** Empties a node, which is given back when it is well. */
export const draining =
  (node: string, screens: readonly RegExp[]): Walk =>
  async (sitting) => {
    const { journey, terminal, expect } = sitting;
    const { cluster, user } = journey;
    const { keys, shows } = terminal;
    const before = await objectsOf(cluster);
    await goThrough(sitting, screens);
    // A word that is not the node's name empties nothing.
    await shows(/API server accepts/, lookSeconds);
    keys('Enter');
    await shows(new RegExp(`Type ${node} and press enter`));
    terminal.type('yes');
    keys('Enter');
    await shows(/nothing was sent/);
    keys('Escape');
    await confirm(sitting, node, node);
    await shows(/✓ Done, and verified/, rolloutSeconds);
    expect(await objectsOf(cluster)).toEqual(before);
    expect(await diagnosed(journey)).toEqual(well);
    expect(await recordsOf(user)).toMatchObject([{ state: 'verified' }]);
    const { items } = await cluster.client.list('/api/v1/namespaces/default/pods');
    expect(items.map((pod) => valueAt(pod, 'spec', 'nodeName'))).not.toContain(node);

    // What is left for a person, and nothing to be taken back.
    keys('Enter');
    await shows(/Step 1 of \d/);
    keys('Escape');
    await shows(/✓ Done, and verified/);
    keys('u');
    await shows(/Only pods were deleted or\s+evicted/, lookSeconds);
  };

async function commandsFor({ journey: { user }, finding }: Sitting): Promise<readonly string[]> {
  const { data } = await ask(user, 'fix', finding, '--dry-run=client');
  const manual = data['manual'];
  return commandsIn(Array.isArray(manual) ? manual.map(String) : []);
}

// A terminal breaks a command where its line ends.
const isOn = (screen: string, command: string): boolean =>
  screen.replaceAll(/\s/g, '').includes(command.replaceAll(/\s/g, ''));

/** Goes through a runbook, one command at a time, does what it says, and has the wizard look again. */
export const byHand =
  (screens: readonly RegExp[]): Walk =>
  async (sitting) => {
    const { scenario, journey, terminal, expect } = sitting;
    const { keys, shows, screen } = terminal;
    const { cluster, user } = journey;
    const before = await objectsOf(cluster);
    const perform = doingBy(journey, scenario);
    const commands = await commandsFor(sitting);
    await goThrough(sitting, screens);
    for (const [place, command] of commands.entries()) {
      const shown = await shows(new RegExp(`Step ${place + 1} of \\d+`));
      expect(isOn(shown, command), `${command}\n${shown}`).toBe(true);
      await perform(command);
      if (place + 1 < commands.length) keys('Enter');
    }
    // calico-node takes a while to start; whoever waits for it asks again and again.
    const isWell = (): boolean => {
      const isSeen = /✓ calico-node works on all \d+ nodes/.test(screen());
      if (!isSeen) keys('r');
      return isSeen;
    };
    await expect.poll(isWell, { ...patience, interval: 2000 }).toBe(true);
    expect(await objectsOf(cluster)).toEqual(before);
    expect(await recordsOf(user)).toEqual([]);
  };

/**
 * Opens the wizard on a scenario's cluster, walks from its finding to its remedies and on, and leaves it. Returns what the shell
 * says of its exit code.
 */
export async function sitDown(
  id: string,
  size: { readonly columns: number; readonly rows: number },
  walk: Walk,
  { plugins, expect }: { readonly plugins: string; readonly expect: ExpectStatic },
): Promise<string> {
  let left = '';
  await onJourney(id, plugins, async (journey) => {
    const terminal = await openTerminal({ ...size, env: journey.user.env });
    const { keys, type, shows } = terminal;
    const scenario = scenarioOf(id);
    const [finding = ''] = scenario.finds;
    try {
      type('clear; kubectl calico-fix; echo "left with $?"');
      keys('Enter');
      await shows(new RegExp(`> ✗ ${finding}`), lookSeconds);
      keys('Enter');
      await shows(/enter what can be done/);
      keys('Enter');
      await walk({ scenario, journey, terminal, finding, expect });
      keys('q');
      const screen = await shows(/left with \d/, lookSeconds);
      left = /left with \d+/.exec(screen)?.[0] ?? '';
    } finally {
      terminal.close();
    }
  });
  return left;
}
