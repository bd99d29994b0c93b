import { describe, expect, it } from 'vitest';
import {
  denied,
  dialFailure,
  isUnauthorized,
  serviceAccountOf,
  unknownType,
} from '../../internal/calico/api-errors.ts';

describe('dialFailure', () => {
  it.each([
    [
      'Get "https://10.43.0.1:443/api/v1/nodes/foo": dial tcp 10.43.0.1:443: i/o timeout',
      '10.43.0.1',
      443,
      'timeout',
    ],
    [
      'error=Get https://172.20.0.1:443/api/v1/nodes/foo: dial tcp 172.20.0.1:443: i/o timeout',
      '172.20.0.1',
      443,
      'timeout',
    ],
    [
      'err="failed to list *v1.Node: Get \\"https://10.233.0.1:443/api/v1/nodes\\": dial tcp 10.233.0.1:443: connect: no route to host"',
      '10.233.0.1',
      443,
      'no-route',
    ],
    [
      'Post "https://[fd00:10::1]:443/api/v1/x/token": dial tcp [fd00:10::1]:443: connect: connection refused',
      'fd00:10::1',
      443,
      'refused',
    ],
    [
      'Get "https://api.lab.example:6443/api": dial tcp: lookup api.lab.example on 10.0.0.2:53: no such host',
      'api.lab.example',
      6443,
      'not-resolved',
    ],
    [
      'Get "https://10.96.0.1/apis/x": net/http: TLS handshake timeout',
      '10.96.0.1',
      443,
      'tls-timeout',
    ],
    [
      'Get "https://10.96.0.1:443/version": proxyconnect tcp: dial tcp 10.9.9.9:3128: i/o timeout',
      '10.96.0.1',
      443,
      'proxy',
    ],
    [
      'Get "https://10.96.0.1:443/api?timeout=2s": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
      '10.96.0.1',
      443,
      'timeout',
    ],
  ])('%s', (text, host, port, reason) => {
    expect(dialFailure(text)).toEqual({ host, port, reason });
  });

  it.each([
    // A slow answer, another port, another server, a certificate: all of them are other faults.
    'Get "https://10.96.0.1:443/api/v1/x?timeout=2s": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
    'Failed to connect to typha endpoint 10.0.0.11:5473.  Will try another if available... error=dial tcp 10.0.0.11:5473: i/o timeout',
    'Get "https://usage.example/UsageCheck/calicoVersionCheck?x=1": dial tcp: lookup usage.example: i/o timeout',
    'Get "http://localhost:9099/readiness": dial tcp [::1]:9099: connect: connection refused',
    'Get "https://10.96.0.1:443/api": x509: certificate has expired or is not yet valid',
    'Get "https://10.96.0.1:443/apis/x": context deadline exceeded',
  ])('is not %s', (text) => {
    expect(dialFailure(text)).toBeNull();
  });
});

describe('isUnauthorized', () => {
  it.each([
    [
      'Connection to the datastore is unauthorized error=connection is unauthorized: Unauthorized',
      true,
    ],
    ['Unable to create token for CNI kubeconfig error=Unauthorized', true],
    ['failed to list *v1.Node: Unauthorized', true],
    [
      'plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized',
      true,
    ],
    ['the server has asked for the client to provide credentials (get nodes)', true],
    [
      'connection is unauthorized: tiers.crd.projectcalico.org is forbidden: User "x" cannot list resource "tiers"',
      false,
    ],
    ['Unauthorized to query kubeadm configmap, assuming not on kubeadm.', false],
    [
      'Unauthorized to create tier default. error=connection is unauthorized: tiers is forbidden: User "x"',
      false,
    ],
  ])('%s: %s', (text, isOne) => {
    expect(isUnauthorized(text)).toBe(isOne);
  });
});

describe('denied', () => {
  it('reads user, verb, resource, group and scope', () => {
    const text =
      'ListRoot="/calico/resources/v3/projectcalico.org/bgpfilters" error=connection is unauthorized: bgpfilters.crd.projectcalico.org is forbidden: User "system:serviceaccount:kube-system:canal" cannot list resource "bgpfilters" in API group "crd.projectcalico.org" at the cluster scope';
    expect(denied(text)).toEqual({
      user: 'system:serviceaccount:kube-system:canal',
      verb: 'list',
      resource: 'bgpfilters',
      group: 'crd.projectcalico.org',
      namespace: null,
      name: null,
      missingRole: null,
    });
  });

  it('reads a name, a namespace, a subresource, a role that is gone', () => {
    const text =
      'error=serviceaccounts "calico-cni-plugin" is forbidden: User "system:serviceaccount:net:calico-node" cannot create resource "serviceaccounts/token" in API group "" in the namespace "net": RBAC: clusterrole.rbac.authorization.k8s.io "calico-node" not found';
    expect(denied(text)).toMatchObject({
      resource: 'serviceaccounts/token',
      group: '',
      namespace: 'net',
      name: 'calico-cni-plugin',
      missingRole: 'calico-node',
    });
  });

  it('reads escaped quotes of klog', () => {
    const text =
      'err="failed to list *v1.EndpointSlice: endpointslices.discovery.k8s.io is forbidden: User \\"system:serviceaccount:kube-system:calico-node\\" cannot list resource \\"endpointslices\\" in API group \\"discovery.k8s.io\\" at the cluster scope"';
    expect(denied(text)).toMatchObject({ resource: 'endpointslices', group: 'discovery.k8s.io' });
  });

  it('leaves other texts alone', () => {
    expect(denied('pods "x" not found')).toBeNull();
    expect(serviceAccountOf('system:node:worker-1')).toBeNull();
    expect(serviceAccountOf('system:serviceaccount:a:b')).toEqual({ namespace: 'a', name: 'b' });
  });
});

describe('unknownType', () => {
  it.each([
    [
      '(post Tiers.crd.projectcalico.org)',
      { verb: 'post', plural: 'tiers', group: 'crd.projectcalico.org' },
    ],
    [
      '(get ClusterInformations.crd.projectcalico.org default)',
      { verb: 'get', plural: 'clusterinformations', group: 'crd.projectcalico.org' },
    ],
    [
      '(get endpointslices.discovery.k8s.io)',
      { verb: 'get', plural: 'endpointslices', group: 'discovery.k8s.io' },
    ],
  ])('%s', (tail, expected) => {
    expect(unknownType(`error=the server could not find the requested resource ${tail}`)).toEqual(
      expected,
    );
  });

  it('is not an object that is missing', () => {
    expect(unknownType('tiers.crd.projectcalico.org "default" not found')).toBeNull();
  });
});
