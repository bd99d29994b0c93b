import { expect, test } from 'vitest';
import { BodyTooLong, exchange } from '../../internal/cluster/transport.ts';
import { startStub } from '../support/stub-api-server.ts';

test.each([
  [20, 'read'],
  [10, 'too long'],
])('a whole body with room for %i bytes is %s', async (maxBytes, end) => {
  const stub = await startStub(() => ({ text: 'twelve bytes' }));
  const send = {
    url: new URL(stub.url),
    method: 'GET',
    headers: {},
    keep: 'all',
    maxBytes,
    signal: new AbortController().signal,
  } as const;
  const result = await exchange(send, { headers: {} }).then(
    () => 'read',
    (error: unknown) => (error instanceof BodyTooLong ? 'too long' : error),
  );
  expect(result).toBe(end);
  await stub.close();
});
