import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nearest } from '../../cmd/nearest.ts';
import { checks } from '../../internal/checks/index.ts';
import { columns } from '../../internal/report/layout.ts';
import { runScene } from '../support/cli.ts';

const pageFile = (id: string): URL => new URL(`../../internal/checks/${id}.md`, import.meta.url);
const ids = [...checks.map(({ id }) => id), 'undetermined'];
// That each check has its page is held elsewhere.
const written = ids.filter((id) => existsSync(pageFile(id)));

describe('explain', () => {
  it.each(written)('%s prints its page as it is into a pipe', async (id) => {
    const { code, stdout } = await runScene(['explain', id]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: readFileSync(pageFile(id), 'utf8') });
  });

  it.each(written)(
    '%s is laid out on a terminal, no line too long but code and tables',
    async (id) => {
      const { stdout } = await runScene(['explain', id], {
        isTerminal: true,
        env: { NO_COLOR: '1' },
        columns: 80,
      });
      expect(stdout).not.toMatch(/^#+ /m);
      const tooLong = stdout
        .split('\n')
        .filter((line) => columns(line) > 80 && !/^ {4}|^\|/.test(line));
      expect(tooLong).toEqual([]);
    },
  );

  it('lists all without an id', async () => {
    const { code, stdout } = await runScene(['explain']);
    expect(code).toBe(0);
    for (const id of ids) expect(stdout).toContain(`\n${id} `);
  });

  it.each(['undetermind', 'UNDETERMINED', '../undetermined', '../../package'])(
    'does not know %s, but what there is',
    async (id) => {
      const { code, stdout, stderr } = await runScene(['explain', id]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      for (const known of ids) expect(stderr).toContain(known);
    },
  );
});

describe('nearest', () => {
  const known = ['wrong-ip-autodetected', 'ip-not-found', 'address-conflict', 'crds-missing'];
  it.each([
    ['wrong-ip-autodetectde', ['wrong-ip-autodetected']],
    ['wrong-ip', ['wrong-ip-autodetected']],
    ['adress-conflict', ['address-conflict']],
    ['missing', ['crds-missing']],
    ['ip-not-fuond', ['ip-not-found']],
    ['zebra', []],
    ['', []],
  ])('%s', (word, expected) => {
    expect(nearest(word, known)).toEqual(expected);
  });
});
