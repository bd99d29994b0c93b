import { expect, it } from 'vitest';
import { refusedFiles } from '../../internal/calico/bird-config.ts';
import { parseLog } from '../../internal/calico/log.ts';

const say = (message: string, level = 'ERROR'): string =>
  `2026-03-01 10:00:00.000 [${level}][70] confd/resource.go 321: ${message}`;
const check = (reason: string, file = 'bird.cfg', program = 'bird'): string =>
  say(
    `Error from checkcmd "${program} -p -c /etc/calico/confd/config/.${file}2817263": "bird: /etc/calico/confd/config/.${file}2817263:41:7 ${reason}\\n"`,
  );
const created = say('Check failed, but file does not yet exist - create anyway', 'INFO');
const updated = (file = 'bird.cfg'): string =>
  say(
    `Target config /etc/calico/confd/config/${file} has been updated due to change in key: /calico`,
    'INFO',
  );
const ordinary =
  'Unable to open included file /etc/calico/confd/config/bird_aggr.cfg: No such file or directory';

const refused = (lines: readonly string[]): readonly (readonly [string, string, string])[] =>
  refusedFiles(parseLog(lines.join('\n'))).map(({ by, file, reason }) => [by, file, reason]);

it.each<[string, readonly string[], readonly (readonly [string, string, string])[]]>([
  ['an ordinary start', [check(ordinary), created, updated(), 'bird: Started'], []],
  ['a file that BIRD refuses', [check('syntax error')], [['confd', 'bird.cfg', 'syntax error']]],
  [
    'the form of v3.21 and older',
    [
      say(
        'Error from checkcmd: "bird: /etc/calico/confd/config/.bird.cfg77:9:3 Number out of range\\n"',
      ),
    ],
    [['confd', 'bird.cfg', 'Number out of range']],
  ],
  [
    'the file of aggregates',
    [check('Network expected', 'bird_aggr.cfg')],
    [['confd', 'bird_aggr.cfg', 'Network expected']],
  ],
  ['taken back', [check('syntax error'), updated()], []],
  [
    'taken back in another file only',
    [check('syntax error'), updated('bird_ipam.cfg')],
    [['confd', 'bird.cfg', 'syntax error']],
  ],
  [
    'written all the same, as there was none before',
    [check('syntax error'), created, updated()],
    [['confd', 'bird.cfg', 'syntax error']],
  ],
  [
    'BIRD that ends for it',
    [
      check(ordinary),
      created,
      updated(),
      'bird: /etc/calico/confd/config/bird.cfg:41:7 syntax error',
    ],
    [['bird', 'bird.cfg', 'syntax error']],
  ],
  [
    'BIRD that starts after all',
    ['bird: /etc/calico/confd/config/bird.cfg:41:7 syntax error', 'bird: Started'],
    [],
  ],
  [
    'no file yet',
    [
      'bird: Unable to open configuration file /etc/calico/confd/config/bird.cfg: No such file or directory',
    ],
    [],
  ],
  [
    'a template that cannot be made',
    [
      say(
        'Unable to process template bird.cfg.template, template: bird.cfg.template:12: unexpected "}" in operand',
      ),
    ],
    [['confd', 'bird.cfg', 'template: bird.cfg.template:12: unexpected "}" in operand']],
  ],
  [
    'the same in the words of v3.31 and newer',
    [
      say(
        'unable to process template bird6.cfg.template, template: bird6.cfg.template:3: bad character',
      ),
    ],
    [['confd', 'bird6.cfg', 'template: bird6.cfg.template:3: bad character']],
  ],
  [
    'a template that is gone',
    [say('Missing template: bird.cfg.template')],
    [['confd', 'bird.cfg', 'Missing template: bird.cfg.template']],
  ],
])('%s', (_name, lines, expected) => {
  expect(refused(lines)).toEqual(expected);
});
