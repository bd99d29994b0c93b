import { describe, expect, it } from 'vitest';
import { installOf } from '../../internal/calico/install/install.ts';
import {
  cniNodeName,
  forgetStoredName,
  nameFromKubernetes,
} from '../../internal/remediations/node-name.ts';
import { removeLeftOver, renewAddress } from '../../internal/remediations/node-object.ts';
import { removeInterface } from '../../internal/remediations/remove-interface.ts';
import type { Kind } from '../support/daemon-set.ts';
import { healthyCluster } from '../support/cluster.ts';
import { snapshotFrom } from '../support/sample.ts';

const install = (kind: Kind) =>
  installOf(snapshotFrom(healthyCluster({ install: kind, nodes: 2, noLogs: true })));
const named = [{ node: 'worker-1', pod: 'calico-node-aaaaa' }];

describe('node names', () => {
  it('takes the name from the field of the pod, in place of a value', () => {
    const [change] = nameFromKubernetes(install('manifest'))?.changes ?? [];
    expect(JSON.stringify(change?.body)).toContain(
      '{"name":"NODENAME","value":null,"valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"spec.nodeName"}}}',
    );
  });

  it('leaves the variable to the operator', () => {
    expect(nameFromKubernetes(install('operator'))).toBeNull();
  });

  it('removes the stored file before the pod is started anew', () => {
    const { manual } = forgetStoredName(install('manifest'), named);
    const file = manual.indexOf('sudo rm /var/lib/calico/nodename');
    expect(file).toBeGreaterThan(-1);
    expect(manual.indexOf('kubectl -n kube-system delete pod calico-node-aaaaa')).toBeGreaterThan(
      file,
    );
  });

  it.each<[Kind, string]>([
    ['manifest', 'kubectl -n kube-system edit configmap calico-config'],
    ['canal', 'kubectl -n kube-system edit configmap canal-config'],
    ['operator', 'kubectl -n calico-system delete pod calico-node-aaaaa'],
  ])('gives the CNI plugin its name: %s', (kind, command) => {
    expect(cniNodeName(install(kind), named).manual).toContain(command);
  });
});

describe('what is left of nodes', () => {
  it('deletes the Node, and with etcd the record', () => {
    const commands = (kind: Kind) =>
      removeLeftOver({ install: install(kind), nodes: ['old'], records: [] }).manual;
    expect(commands('manifest')).toContain('kubectl delete node old');
    expect(commands('manifest').join(' ')).not.toContain('calicoctl');
    expect(commands('etcd')).toContain('calicoctl delete node old');
  });

  it('says to make sure before anything is deleted', () => {
    const { manual, changes } = removeLeftOver({
      install: install('manifest'),
      nodes: ['old'],
      records: [],
    });
    expect(manual[0]?.startsWith('#')).toBe(true);
    expect(changes).toEqual([]);
  });

  it('finds the pod by its node where its name is not known', () => {
    const { manual } = renewAddress(install('manifest'), [{ node: 'worker-1', pod: null }]);
    expect(manual[1]).toBe(
      'kubectl -n kube-system delete pod -l k8s-app=calico-node --field-selector spec.nodeName=worker-1',
    );
  });
});

describe('interfaces in the way', () => {
  it('removes bridges and VPNs that are known by name, and nothing else', () => {
    const [remedy, ...others] = removeInterface([
      { node: 'a', interface: 'lab0', kind: 'bridge' },
      { node: 'b', interface: 'eth1', kind: 'other-interface' },
      { node: 'c', interface: null, kind: 'bridge' },
      { node: 'd', interface: 'vxlan.calico', kind: 'own-device' },
    ]);
    expect(others).toEqual([]);
    expect(remedy?.manual.filter((line) => line.startsWith('sudo'))).toEqual([
      'sudo ip link delete lab0',
    ]);
    expect(removeInterface([{ node: 'b', interface: 'eth1', kind: 'virtual' }])).toEqual([]);
  });
});
