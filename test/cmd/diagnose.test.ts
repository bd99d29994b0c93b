import { describe, expect, it } from 'vitest';
import { formats } from '../../internal/report/render.ts';
import type { Progress } from '../../internal/cluster/run.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import { runScene } from '../support/cli.ts';
import { diagnosisOf, findingOf, richDiagnosis } from '../support/diagnosis.ts';
import { snapshotOf } from '../support/snapshot.ts';

const warned = diagnosisOf({
  findings: [findingOf({ severity: 'warning' }), findingOf({ severity: 'info' })],
});
const informed = diagnosisOf({ findings: [findingOf({ severity: 'info' })] });

describe('exit codes are the same in each format', () => {
  const table: readonly (readonly [string, Diagnosis, readonly string[], number])[] = [
    ['healthy', diagnosisOf(), [], 0],
    ['with a warning', warned, [], 0],
    ['with a warning that counts', warned, ['--fail-on=warning'], 1],
    ['with a remark, warnings count', informed, ['--fail-on', 'warning'], 0],
    ['faulty', richDiagnosis(), [], 1],
    ['faulty, warnings count', richDiagnosis(), ['--fail-on=warning'], 1],
    ['undetermined', diagnosisOf({ verdict: 'undetermined', findings: [findingOf()] }), [], 2],
    ['unknown', diagnosisOf({ verdict: 'unknown' }), ['--fail-on=warning'], 2],
  ];
  it.each(table)('%s', async (_name, diagnosis, flags, expected) => {
    for (const format of formats) {
      const { code, stdout } = await runScene(['diagnose', '-o', format, ...flags], { diagnosis });
      expect({ format, code }).toEqual({ format, code: expected });
      expect(stdout).toMatch(/\n$/);
    }
  });
});

describe('diagnose', () => {
  it('prints text unless told', async () => {
    const { stdout } = await runScene(['diagnose'], { diagnosis: richDiagnosis() });
    expect(stdout).toMatch(/^✗ 2 of 6 nodes /);
  });

  it('lets JUnit count what decides the exit code', async () => {
    const args = ['diagnose', '-o', 'junit'];
    expect((await runScene(args, { diagnosis: warned })).stdout).toContain('failures="0"');
    const strict = await runScene([...args, '--fail-on=warning'], { diagnosis: warned });
    expect(strict.stdout).toContain('failures="1"');
  });

  it('reads a dump when told to', async () => {
    let path = '';
    const { code } = await runScene(['diagnose', '--from', 'some/dump'], {
      services: {
        gather: () => Promise.reject(new Error('not to be called')),
        readDump: (given) => {
          path = given;
          return Promise.resolve(snapshotOf());
        },
      },
    });
    expect({ code, path }).toEqual({ code: 0, path: 'some/dump' });
  });

  it('refuses a namespace that is not there', async () => {
    const namespaces = [{ kind: 'Namespace', metadata: { name: 'calico-system' } }];
    const source = { kind: 'live', name: 'prod' } as const;
    const snapshot = { ...snapshotOf({ lists: { namespaces } }), source };
    const services = { gather: () => Promise.resolve(snapshot) };
    const known = await runScene(['diagnose', '-n', 'calico-system'], { services });
    expect(known.code).toBe(0);
    const { code, stderr } = await runScene(['diagnose', '-n', 'calico-sistem'], { services });
    expect(code).toBe(2);
    expect(stderr).toMatch(/calico-sistem\n.*calico-system/);
  });

  it('passes the nodes on, and refuses one that is not there', async () => {
    const nodes = [
      { kind: 'Node', metadata: { name: 'n1' } },
      { kind: 'Node', metadata: { name: 'n2' } },
    ];
    let passed: readonly string[] = [];
    const services = {
      gather: () => Promise.resolve(snapshotOf({ lists: { nodes } })),
      diagnose: (_snapshot: unknown, given: readonly string[]) => {
        passed = given;
        return Promise.resolve(diagnosisOf());
      },
    };
    expect((await runScene(['diagnose', '--node', 'n2'], { services })).code).toBe(0);
    expect(passed).toEqual(['n2']);
    const { code, stderr } = await runScene(['diagnose', '--node', 'n3'], { services });
    expect(code).toBe(2);
    expect(stderr).toContain('n3');
    expect(stderr).toContain('n1, n2');
  });

  it('writes warnings to stderr, ten at most', async () => {
    const warnings = Array.from({ length: 25 }, (_, index) => `number ${index} is left out`);
    const { stdout, stderr } = await runScene(['diagnose'], {
      diagnosis: diagnosisOf({ warnings }),
    });
    expect(stderr.trimEnd().split('\n')).toHaveLength(11);
    expect(stderr).toContain('15 more');
    expect(stdout).not.toContain('left out');
  });
});

describe('a terminal', () => {
  const esc = '\x1b[';
  it.each([
    ['gets colours', true, {}, true],
    ['gets none with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['gets colours with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['gets none if it is dumb', true, { TERM: 'dumb' }, false],
    ['that is a pipe gets none', false, {}, false],
  ])('%s', async (_name, isTerminal, env, expected) => {
    const { stdout } = await runScene(['diagnose'], {
      isTerminal,
      env,
      diagnosis: richDiagnosis(),
    });
    expect(stdout.includes(esc)).toBe(expected);
  });

  it.each([
    [{ LC_ALL: 'C' }, 'x '],
    [{ LC_ALL: '', LANG: 'de_DE.ISO-8859-1' }, 'x '],
    [{ LANG: 'en_GB.UTF-8' }, '✗ '],
    [{ LC_ALL: 'C.utf8' }, '✗ '],
    [{ LANG: 'en_GB.UTF-8', TERM: 'linux' }, 'x '],
    [{}, '✗ '],
  ])('of %j', async (env, sign) => {
    const { stdout } = await runScene(['diagnose'], { env, diagnosis: richDiagnosis() });
    expect(stdout.slice(0, 2)).toBe(sign);
  });

  it('is filled as wide as it is', async () => {
    const widest = async (columns: number): Promise<number> => {
      const { stdout } = await runScene(['diagnose'], { columns, diagnosis: richDiagnosis() });
      const prose = stdout.split('\n').filter((line) => !line.includes('kubectl'));
      return Math.max(...prose.map(({ length }) => length));
    };
    expect(await widest(80)).toBeLessThanOrEqual(80);
    expect(await widest(110)).toBeGreaterThan(90);
    expect(await widest(400)).toBeLessThanOrEqual(120);
  });

  it('sees progress on stderr, and it is taken away', async () => {
    const services = {
      gather: (_flags: unknown, _shell: unknown, onProgress: (progress: Progress) => void) => {
        onProgress({ phase: 'logs', done: 3, total: 9 });
        return Promise.resolve(snapshotOf());
      },
    };
    const seen = await runScene(['diagnose'], { isTerminal: true, services });
    expect(seen.stderr).toBe('\r\x1b[Kreading logs 3/9\r\x1b[K');
    expect((await runScene(['diagnose'], { services })).stderr).toBe('');
    expect((await runScene(['diagnose', '-v', '6'], { isTerminal: true, services })).stderr).toBe(
      '',
    );
  });
});
