import { describe, expect, test } from 'vitest';
import { connect } from '../../internal/cluster/connect.ts';
import { joinLog, leftOut, readLog } from '../../internal/cluster/container-log.ts';
import { createApi } from '../../internal/cluster/request.ts';
import { clusterScript } from '../support/cluster-script.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { type Script, startStub, status } from '../support/stub-api-server.ts';

const line = (index: number): string => `08:00:${String(index).padStart(4, '0')} till is open\n`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => line(from + index)).join('');

describe('the two ends of a log', () => {
  test.each<[string, string, string, boolean, string]>([
    ['that overlap', lines(0, 40), lines(20, 60), false, lines(0, 60)],
    ['whose first part ends in a line', `${lines(0, 40)}08:0`, lines(20, 60), false, lines(0, 60)],
    [
      'whose last part begins in a line',
      lines(0, 40),
      `open\n${lines(20, 60)}`,
      true,
      lines(0, 60),
    ],
    ['of which the second is all', lines(0, 40), lines(0, 60), false, lines(0, 60)],
    [
      'that do not meet',
      lines(0, 40),
      lines(50, 60),
      false,
      `${lines(0, 40)}${leftOut}\n${lines(50, 60)}`,
    ],
    ['without a whole line', 'abc', lines(50, 60), false, `${leftOut}\n${lines(50, 60)}`],
  ])('%s', (_name, head, tail, isCut, whole) => {
    expect(joinLog(head, tail, isCut)).toBe(whole);
  });
});

async function read(script: Script, previous = false) {
  const stub = await startStub(script);
  const connection = connect({ server: stub.url }, { env: {}, isInteractive: false });
  const api = createApi(connection, { clock: fakeClock(), random: () => 0 });
  const logs = await readLog(api, {
    namespace: 'shop',
    pod: 'till-1',
    container: 'till',
    previous,
    size: { headBytes: 1000, tailBytes: 1000, tailLines: 20 },
  });
  await stub.close();
  const log = logs.at(-1);
  if (!log) throw new Error('there is no log');
  return { log, logs, seen: stub.seen };
}

const logOf = (text: string): Script =>
  clusterScript({
    objects: [],
    logs: { 'shop/till-1/till': text, 'shop/till-1/till/previous': 'old\n' },
  });

describe('a log', () => {
  test('that is short is one request', async () => {
    const { log, seen } = await read(logOf(lines(0, 5)));
    expect(log).toEqual({
      namespace: 'shop',
      pod: 'till-1',
      container: 'till',
      previous: false,
      read: { state: 'read', text: lines(0, 5) },
    });
    expect(seen.map(({ query }) => query)).toEqual([{ container: 'till', limitBytes: '1000' }]);
  });

  test('that is long has both its ends', async () => {
    const { log, seen } = await read(logOf(lines(0, 500)));
    const text = log.read.state === 'read' ? log.read.text : '';
    expect(text.startsWith(lines(0, 3))).toBe(true);
    expect(text.endsWith(lines(480, 500))).toBe(true);
    expect(text.split(leftOut)).toHaveLength(2);
    expect(seen.at(-1)?.query).toEqual({ container: 'till', tailLines: '20' });
  });

  test('of the run before', async () => {
    const { log } = await read(logOf(''), true);
    expect(log).toMatchObject({ previous: true, read: { text: 'old\n' } });
  });

  test.each<[string, ReturnType<Script>, readonly string[]]>([
    ['is not there any more', status(404, 'pods "till-1" not found'), ['read']],
    ['was lost', status(500, 'dial tcp: i/o timeout'), ['failed', 'read']],
    ['may not be read', status(403, 'no'), ['failed', 'read']],
  ])('whose end %s has its beginning', async (_, reply, states) => {
    const long = logOf(lines(0, 500));
    const { log, logs } = await read((request) =>
      request.query['tailLines'] ? reply : long(request),
    );
    expect(logs.map(({ read: { state } }) => state)).toEqual(states);
    expect(log.read).toMatchObject({ text: expect.stringMatching(new RegExp(`${leftOut}\\n$`)) });
  });

  test.each<[string, ReturnType<Script>, string]>([
    [
      'waits',
      status(400, 'container "till" in pod "till-1" is waiting to start: PodInitializing'),
      'not-found',
    ],
    [
      'never ended',
      status(400, 'previous terminated container "till" in pod "till-1" not found'),
      'not-found',
    ],
    [
      'has no file',
      { text: 'unable to retrieve container logs for containerd://abc' },
      'not-found',
    ],
    ['is gone', status(404, 'pods "till-1" not found'), 'not-found'],
    ['is unknown to a proxy', { status: 404, text: '404 page not found' }, 'server-error'],
    [
      'has a login page before it',
      { text: '<html>Sign in</html>', headers: { 'content-type': 'text/html; charset=utf-8' } },
      'damaged',
    ],
    ['is forbidden', status(403, 'no'), 'forbidden'],
    ['is far away', status(500, 'dial tcp: i/o timeout'), 'server-error'],
  ])('of a container that %s', async (_name, reply, kind) => {
    const { log } = await read(() => reply);
    expect(log.read).toMatchObject({ state: 'failed', error: { kind } });
  });
});
