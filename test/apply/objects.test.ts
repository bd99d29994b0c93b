import { expect, it } from 'vitest';
import { look } from '../../internal/apply/objects.ts';
import type { Refused } from '../../internal/model/cluster.ts';
import { refusal, silence } from '../support/memory-answers.ts';

it.each<[string, Refused, string]>([
  ['the server knows no such object', refusal(404, 'nodes "pier-1" not found'), 'gone'],
  ['a proxy knows no such path', refusal(404, '404 page not found', { reason: '' }), 'unread'],
  [
    'the server knows no such type',
    refusal(404, 'the server could not find the requested resource'),
    'unread',
  ],
  ['nobody answers', silence(false), 'unread'],
])('where %s, it is %s', async (_, refused, state) => {
  const cluster = { get: () => Promise.resolve(refused) };
  expect(await look(cluster, { apiVersion: 'v1', kind: 'Node', name: 'pier-1' })).toMatchObject({
    state,
  });
});
