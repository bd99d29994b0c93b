import { describe, expect, test } from 'vitest';
import { installFor } from '../../../internal/calico/install/install-for.ts';
import type * as k8s from '../../../internal/model/kubernetes.ts';
import { snapshotOf } from '../../support/snapshot.ts';
import { installation, operatorSet } from './parts.ts';

const v4 = ['calicoNetwork', 'nodeAddressAutodetectionV4'];
const v6 = ['calicoNetwork', 'nodeAddressAutodetectionV6'];
const byHelm = {
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': 'net' },
};
const byArgo = {
  annotations: {
    'argocd.argoproj.io/tracking-id': 'sea:operator.tigera.io/Installation:argocd/overlay',
  },
};

function seen(path: readonly string[], main: object, metadata: object): readonly unknown[] {
  const network = { nodeAddressAutodetectionV4: { firstFound: true } };
  const installations: k8s.Installation[] = [
    installation(main),
    installation({ name: 'overlay', ...metadata }, { calicoNetwork: network }),
  ];
  const lists = { daemonSets: [operatorSet()], installations };
  const { installation: name, owner, ownerName, action } = installFor(snapshotOf({ lists }), path);
  return [name, owner, ownerName, action];
}

describe('the installation for a field', () => {
  test.each([
    ['the overlay of a person', v4, byHelm, {}, ['overlay', 'user', null, 'apply']],
    ['the overlay of Argo CD', v4, {}, byArgo, ['overlay', 'argocd', 'sea', 'emit']],
    ['the other family', v6, byHelm, byArgo, ['default', 'helm', 'net', 'apply-temporary']],
    ['another field', ['registry'], {}, byArgo, ['default', 'user', null, 'apply']],
  ])('%s', (_name, path, main, overlay, expected) => {
    expect(seen(path, main, overlay)).toEqual(expected);
  });

  test('stays a refusal', () => {
    const main = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(seen(v4, main, {})).toEqual(['overlay', 'user', null, 'refuse']);
  });
});
