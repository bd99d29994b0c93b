import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { filesOf } from '../test/support/sample-files.ts';
import { allScenarios } from '../test/support/scenarios.ts';
import type { Scenario } from '../test/support/sample.ts';

// Writes the samples of test/dumps from test/scenarios. `npm run samples` after changing a scenario; a test compares the two.
const dumps = path.join(import.meta.dirname, '../test/dumps');

async function writeSample(scenario: Scenario): Promise<void> {
  const folder = path.join(dumps, scenario.name);
  await rm(folder, { recursive: true, force: true });
  for (const [name, text] of filesOf(scenario)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

const wanted = new Set(process.argv.slice(2));
for (const scenario of await allScenarios()) {
  if (wanted.size === 0 || wanted.has(scenario.name)) await writeSample(scenario);
}
