import { expect, test } from 'vitest';
import { mayDo } from '../../internal/cluster/access.ts';
import { connect } from '../../internal/cluster/connect.ts';
import { createApi } from '../../internal/cluster/request.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { type Reply, startStub, status } from '../support/stub-api-server.ts';

test.each<[string, Reply, object]>([
  ['yes', { status: 201, json: { status: { allowed: true } } }, { state: 'read', value: true }],
  ['no', { status: 201, json: { status: { allowed: false } } }, { state: 'read', value: false }],
  ['nothing', { status: 201, json: {} }, { state: 'failed', error: { kind: 'damaged' } }],
  [
    '403',
    status(403, 'no'),
    {
      state: 'failed',
      error: {
        kind: 'forbidden',
        right: {
          verb: 'create',
          group: 'authorization.k8s.io',
          resource: 'selfsubjectaccessreviews',
        },
      },
    },
  ],
])('the answer is %s', async (_name, reply, expected) => {
  const stub = await startStub(() => reply);
  const connection = connect({ server: stub.url }, { env: {}, isInteractive: false });
  const api = createApi(connection, { clock: fakeClock() });
  const question = {
    verb: 'get',
    group: '',
    resource: 'pods/log',
    namespace: 'shop',
    name: 'till',
  };
  expect(await mayDo(api, question)).toMatchObject(expected);
  expect(JSON.parse(stub.seen[0]?.body ?? '')).toMatchObject({
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        verb: 'get',
        group: '',
        resource: 'pods',
        subresource: 'log',
        namespace: 'shop',
        name: 'till',
      },
    },
  });
  await stub.close();
});
