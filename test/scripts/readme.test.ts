import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { blockOf, demoBlock, wizardBlock } from '../../scripts/readme.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

// `npm run readme` writes it anew.
it('README shows what the demo really prints', () => {
  const block = blockOf(readme, 'demo');
  expect(block.text).toBe(demoBlock(block.words));
});

it('README shows the wizard as it is', async () => {
  const block = blockOf(readme, 'wizard');
  expect(block.text).toBe(await wizardBlock(block.words));
});
