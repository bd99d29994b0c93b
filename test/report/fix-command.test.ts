import { describe, expect, it } from 'vitest';
import type { Source } from '../../internal/model/snapshot.ts';
import { commandLines, fixCommand } from '../../internal/report/text-finding.ts';
import { plainStyle } from '../../internal/report/style.ts';
import { findingOf, remedyOf } from '../support/diagnosis.ts';

const live: Source = { kind: 'live', name: 'plant' };
const first = remedyOf({ id: 'first' });
const second = remedyOf({ id: 'second' });
const byHand = remedyOf({ id: 'by-hand', action: 'manual', changes: [] });
const frozen = remedyOf({ id: 'frozen', consent: 'freeze-operator' });
const emptied = remedyOf({ id: 'emptied', changes: [], drains: ['n1'] });

describe('the command that shows what a remedy would change', () => {
  it.each([
    ['the first that is sent', [first, second], first, 'fix f --dry-run=server'],
    ['another', [first, second], second, 'fix f --remedy second --dry-run=server'],
    ['the first after one by hand', [byHand, second], second, 'fix f --dry-run=server'],
    ['one by hand', [byHand], byHand, null],
    ['one that is only words', [remedyOf({ changes: [] })], remedyOf({ changes: [] }), null],
    ['one for another place', [remedyOf({ action: 'emit' })], remedyOf({ action: 'emit' }), null],
    ['a drain', [emptied], emptied, 'fix f --ignore-daemonsets --dry-run=server'],
    [
      'one with a price',
      [frozen, first],
      frozen,
      'fix f --remedy frozen --freeze-operator --dry-run=server',
    ],
    ['the first without a price', [frozen, first], first, 'fix f --dry-run=server'],
  ])('%s', (_name, remedies, remedy, wanted) => {
    const finding = findingOf({ id: 'f', remedies });
    const command = fixCommand(finding, remedy, live);
    expect(command).toBe(wanted === null ? null : `kubectl calico-fix ${wanted}`);
  });

  it.each([
    ['dumps/one.tar.gz', 'dumps/one.tar.gz'],
    ["my dump's", String.raw`'my dump'\''s'`],
  ])('of the dump %s', (name, word) => {
    const finding = findingOf({ id: 'f', remedies: [first] });
    expect(fixCommand(finding, first, { kind: 'dump', name })).toBe(
      `kubectl calico-fix fix f --from ${word} --dry-run=client`,
    );
  });
});

describe('commands to copy', () => {
  it.each([
    [
      ['a', '# b'],
      ['  a', '  # b'],
    ],
    [['x\ny'], ['x', 'y']],
    [
      ["cat <<'END'", 'text', 'END', 'after'],
      ["cat <<'END'", 'text', 'END', '  after'],
    ],
    [
      ['grep <<<"x"', 'after'],
      ['  grep <<<"x"', '  after'],
    ],
    [
      ['# <<EOF is a remark', 'after'],
      ['  # <<EOF is a remark', '  after'],
    ],
  ])('%j', (commands, lines) => {
    expect(commandLines(commands, 2, plainStyle)).toEqual(lines);
  });
});
