import { once } from 'node:events';
import https from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeAuthority } from '../support/certificate.ts';
import { type FaultProxy, isWriting, startProxy } from './proxy.ts';
import { randomOf } from './random.ts';
import { expiredCertificate, type Fault, faultNames, nameOfFault } from './fault.ts';
import { calm, type Weather, weatherOf } from './weather.ts';

const authority = makeAuthority('faults');
const received: string[] = [];
const overtaken: string[] = [];
const meddled: string[] = [];
const written: string[] = [];
const server = https.createServer(authority.issue('127.0.0.1'), (request, response) => {
  received.push(`${request.method ?? ''} ${request.url ?? ''}`);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ kind: 'Node', metadata: { name: 'pier-1' } }));
});
let proxy: FaultProxy;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  proxy = await startProxy({
    server: `https://127.0.0.1:${port}`,
    authority: authority.cert,
    certificate: authority.issue('127.0.0.1'),
    expired: authority.issue('127.0.0.1', '250601000000Z'),
    overtake: (path) => Promise.resolve(void overtaken.push(path)),
    meddle: (path) => Promise.resolve(void meddled.push(path)),
    onWrite: (method, url) => void written.push(`${method} ${url}`),
  });
});

afterAll(async () => {
  await proxy.stop();
  server.closeAllConnections();
  server.close();
});

interface Got {
  readonly status: number;
  readonly text: string;
}

// Each on a connection of its own: the proxy closes what is open when the weather changes.
function ask(
  method: string,
  path: string,
  agent: https.Agent | false = false,
  more: https.RequestOptions = {},
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const options = { method, ca: authority.cert, timeout: 1500, agent, ...more };
    const request = https.request(`${proxy.url}${path}`, options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.once('timeout', () => request.destroy(new Error('silence')));
    request.once('error', reject);
    request.end();
  });
}

const always = (fault: Fault): Weather => ({ title: fault.kind, faultFor: () => fault });

async function under(fault: Fault | null, method = 'GET'): Promise<Got | string> {
  received.length = 0;
  proxy.begin(fault === null ? calm : always(fault), () => {});
  return await ask(method, '/api/v1/nodes/pier-1').catch((error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
}

describe('what the proxy does', () => {
  test('in calm weather: nothing', async () => {
    expect(await under(null)).toMatchObject({ status: 200, text: /pier-1/ });
    expect(proxy.seen()).toMatchObject([{ isTrue: true, fault: null, answer: { status: 200 } }]);
  });

  test.each<[Fault, number]>([
    [{ kind: 'throttled', retryAfter: null }, 429],
    [{ kind: 'starting' }, 503],
    [{ kind: 'status', status: 500, isPassedOn: false }, 500],
    [{ kind: 'gone' }, 410],
    [{ kind: 'forbidden' }, 403],
    [{ kind: 'unserved' }, 404],
    [{ kind: 'unauthorized' }, 401],
  ])('%o: another status, and the server is not asked', async (fault, status) => {
    expect(await under(fault)).toMatchObject({ status });
    expect(received).toEqual([]);
    expect(proxy.seen()).toMatchObject([{ isTrue: false, answer: null }]);
  });

  test.each<[Fault, RegExp]>([
    [{ kind: 'reset', isPassedOn: true }, /hang up|reset/],
    [{ kind: 'half', isPassedOn: true }, /aborted|hang up|reset/],
    [{ kind: 'silence', isPassedOn: true }, /silence/],
  ])('%o: the server did it, and its answer is lost', async (fault, message) => {
    expect(await under(fault, 'PATCH')).toMatch(message);
    expect(received).toEqual(['PATCH /api/v1/nodes/pier-1']);
    expect(written.pop()).toBe('PATCH /api/v1/nodes/pier-1');
    expect(proxy.seen()).toMatchObject([{ isTrue: false, isWrite: true }]);
  });

  test('no JSON, with the status of success', async () => {
    expect(await under({ kind: 'no-json', isPassedOn: false })).toMatchObject({
      status: 200,
      text: /^<html>/,
    });
  });

  test('somebody writes first', async () => {
    expect(await under({ kind: 'overtaken' }, 'PATCH')).toMatchObject({ status: 200 });
    expect(overtaken).toEqual(['/api/v1/nodes/pier-1']);
  });

  test('somebody changes the same first', async () => {
    expect(await under({ kind: 'meddled' }, 'PATCH')).toMatchObject({ status: 200 });
    expect(meddled).toEqual(['/api/v1/nodes/pier-1']);
    expect(received).toEqual(['PATCH /api/v1/nodes/pier-1']);
  });

  test('a list comes in smaller pages than were asked for', async () => {
    proxy.begin({ ...calm, pageSize: 2 }, () => {});
    received.length = 0;
    for (const url of ['/a?limit=500&continue=x', '/a?limit=1', '/a']) await ask('GET', url);
    expect(received).toEqual(['GET /a?limit=2&continue=x', 'GET /a?limit=1', 'GET /a']);
    expect(proxy.seen()[0]?.url).toBe('/a?limit=500&continue=x');
  });

  test('a certificate that runs out in the middle ends also what is open', async () => {
    const agent = new https.Agent({ keepAlive: true });
    proxy.begin({ ...calm, certificateEndsAfter: 2 }, () => {});
    for (let count = 0; count < 3; count += 1)
      expect(await ask('GET', '/', agent)).toMatchObject({ status: 200 });
    await expect(ask('GET', '/', agent)).rejects.toThrow(/hang up|reset|expired/);
    await expect(ask('GET', '/')).rejects.toThrow(/expired/);
    await expect.poll(() => proxy.refusals()).toBeGreaterThan(0);
    expect(proxy.seen().map(({ isOverExpired }) => isOverExpired)).not.toContain(true);
    await ask('GET', '/', false, { rejectUnauthorized: false });
    expect(proxy.seen().at(-1)?.isOverExpired).toBe(true);
    proxy.begin(calm, () => {});
    expect(proxy.refusals()).toBe(0);
    expect(await ask('GET', '/')).toMatchObject({ status: 200 });
    agent.destroy();
  });

  test('Ctrl-C after so many requests', async () => {
    let pressed = 0;
    proxy.begin({ ...calm, interruptAfter: 1 }, () => (pressed += 1));
    for (const expected of [0, 1, 1]) {
      await ask('GET', '/');
      expect(pressed).toBe(expected);
    }
    const since = proxy.seen().map(({ msSinceInterrupt }) => msSinceInterrupt);
    expect(since).toEqual([null, null, expect.any(Number)]);
  });
});

test.each([
  ['PATCH', '/api/v1/nodes/a?fieldManager=x', true],
  ['PATCH', '/api/v1/nodes/a?dryRun=All', false],
  ['DELETE', '/api/v1/namespaces/a/pods/b', true],
  ['POST', '/api/v1/namespaces/a/pods/b/eviction', true],
  ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', false],
  ['GET', '/api/v1/nodes', false],
])('%s %s changes something: %s', (method, url, expected) => {
  expect(isWriting(method, url)).toBe(expected);
});

test('a seed says what happens, whatever the order of requests', () => {
  const request = { method: 'GET', url: '/x', count: 0, isWrite: false, sinceWrite: null };
  const told = (seed: string): unknown =>
    [0, 1, 2, 3].map((nth) => weatherOf(seed).faultFor({ ...request, nth }));
  for (let seed = 0; seed < 50; seed += 1) expect(told(`s/${seed}`)).toEqual(told(`s/${seed}`));
  const titles = Array.from({ length: 200 }, (_, seed) => weatherOf(`s/${seed}`).title);
  expect(new Set(titles).size).toBeGreaterThan(60);
  expect(randomOf('a').next()).not.toBe(randomOf('b').next());
});

test('there is nothing that no weather brings', () => {
  const requests = ['GET', 'PATCH'].flatMap((method) =>
    Array.from({ length: 40 }, (_, nth) => ({
      method,
      url:
        nth % 2 === 0 ? '/api/v1/nodes' : `/api/v1/namespaces/cargo/pods/crane-${nth}/log?limit=1`,
      nth,
      count: nth,
      isWrite: method === 'PATCH',
      sinceWrite: nth,
    })),
  );
  const weathers = Array.from({ length: 1500 }, (_, seed) =>
    weatherOf(`s/${seed}`, { isOfReading: seed % 2 === 0 }),
  );
  const names = weathers.flatMap((weather) =>
    requests.flatMap((request) => {
      const fault = weather.faultFor(request);
      return fault === null ? [] : nameOfFault(fault);
    }),
  );
  const ends = weathers.some(({ certificateEndsAfter }) => certificateEndsAfter !== undefined);
  expect(new Set([...names, ...(ends ? [expiredCertificate] : [])])).toEqual(new Set(faultNames));
});
