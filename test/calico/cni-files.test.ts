import { describe, expect, it } from 'vitest';
import { readCniFiles, type CniCause } from '../../internal/calico/cni-files.ts';

const sandbox = (why: string): string =>
  `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "77c0": ${why}`;

describe('readCniFiles', () => {
  it.each<[CniCause, string | null, string]>([
    ['plugin-missing', 'calico', 'failed to find plugin "calico" in path [/opt/cni/bin]'],
    ['plugin-missing', 'loopback', 'failed to find plugin "loopback" in path [/usr/lib/cni]'],
    ['plugin-missing', 'portmap', 'failed to find plugin "portmap" in path [/opt/cni/bin]'],
    ['foreign-plugin', 'weave-net', 'failed to find plugin "weave-net" in path [/opt/cni/bin]'],
    [
      'foreign-plugin',
      'flannel',
      'plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory',
    ],
    [
      'foreign-plugin',
      'flannel',
      'networkPlugin cni failed to set up pod "web_shop" network: loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file',
    ],
    ['foreign-plugin', 'bridge', 'plugin type="bridge" name="podman" failed (add): exists already'],
    [
      'nodename-missing',
      null,
      'plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running and has mounted /var/lib/calico/',
    ],
    [
      'kubeconfig-missing',
      null,
      'plugin type="calico" failed (add): error loading config file "/etc/cni/net.d/calico-kubeconfig": yaml: line 3',
    ],
    ['plugin-broken', 'calico', 'fork/exec /opt/cni/bin/calico: exec format error'],
    ['plugin-broken', 'calico-ipam', 'fork/exec /opt/cni/bin/calico-ipam: permission denied'],
  ])('%s %s: %s', (cause, plugin, why) => {
    expect(readCniFiles(sandbox(why))).toEqual({ cause, plugin });
  });

  it.each([
    'plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized',
    'plugin type="calico" failed (add): error getting ClusterInformation: Get "https://10.96.0.1:443/": dial tcp 10.96.0.1:443: i/o timeout',
    'plugin type="multus" failed (add): [shop/web:eth1]: error adding container to network "eth1"',
  ])('is the matter of another check: %s', (why) => {
    expect(readCniFiles(sandbox(why))).toBeNull();
  });
});
