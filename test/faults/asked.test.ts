import { expect, test } from 'vitest';
import { askedOf, inPagesOf, isLaterPage, placeOf } from './asked.ts';

test.each<[string, string, object]>([
  ['GET', '/api/v1/nodes?limit=500', { verb: 'list', group: '', resource: 'nodes', name: '' }],
  ['GET', '/api/v1/namespaces', { verb: 'list', resource: 'namespaces', namespace: '' }],
  ['GET', '/api/v1/namespaces/cargo', { verb: 'get', resource: 'namespaces', name: 'cargo' }],
  [
    'GET',
    '/api/v1/namespaces/cargo/pods/crane/log?container=a',
    { verb: 'get', resource: 'pods/log', namespace: 'cargo', name: 'crane' },
  ],
  [
    'POST',
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    { verb: 'create', group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' },
  ],
  ['GET', '/version', { verb: '', resource: '/version' }],
  ['GET', '/apis', { verb: '', resource: '/apis' }],
])('%s %s is about %o', (method, url, asked) => {
  expect(askedOf(method, url)).toMatchObject(asked);
});

test('pages of a list are in one place', () => {
  const [first, later] = [
    '/a?limit=500&fieldSelector=x',
    '/a?limit=500&continue=t&fieldSelector=x',
  ];
  expect(placeOf(first)).toBe('/a?fieldSelector=x');
  expect(placeOf(later)).toBe(placeOf(first));
  expect([first, later].map(isLaterPage)).toEqual([false, true]);
  expect(inPagesOf(3, first)).toBe('/a?limit=3&fieldSelector=x');
  expect(inPagesOf(3, '/a')).toBe('/a');
});
