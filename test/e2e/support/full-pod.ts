const expression = { key: 'zone', operator: 'In', values: ['north', 'south'] };
const selector = { matchLabels: { app: 'ferry' }, matchExpressions: [expression] };
const term = { topologyKey: 'zone', labelSelector: selector, namespaces: ['default'] };

const volumes = [
  { name: 'a', hostPath: { path: '/run/ferry', type: 'DirectoryOrCreate' } },
  { name: 'b', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
  { name: 'c', emptyDir: {} },
  {
    name: 'd',
    configMap: {
      name: 'timetable',
      items: [{ key: 'k', path: 'p', mode: 256 }],
      defaultMode: 0o600,
      optional: false,
    },
  },
  { name: 'e', secret: { secretName: 'key', optional: true } },
  {
    name: 'f',
    projected: {
      sources: [
        { serviceAccountToken: { path: 'token', expirationSeconds: 3607, audience: 'quay' } },
        {
          downwardAPI: {
            items: [
              { path: 'name', fieldRef: { fieldPath: 'metadata.name' } },
              {
                path: 'cpu',
                resourceFieldRef: { containerName: 'main', resource: 'limits.cpu', divisor: '1m' },
              },
            ],
          },
        },
        { configMap: { name: 'timetable' } },
        { secret: { name: 'key', items: [{ key: 'k', path: 'p' }] } },
      ],
    },
  },
  { name: 'g', nfs: { server: '10.0.0.9', path: '/x', readOnly: true } },
  { name: 'h', csi: { driver: 'boat.example', volumeAttributes: { deck: 'low' } } },
  { name: 'i', persistentVolumeClaim: { claimName: 'hold', readOnly: true } },
  {
    name: 'j',
    ephemeral: {
      volumeClaimTemplate: {
        metadata: { labels: { app: 'ferry' } },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'fast',
          resources: { requests: { storage: '1Gi' } },
        },
      },
    },
  },
];

const env = [
  { name: 'PLAIN', value: 'ä "x"\n' },
  { name: 'EMPTY', value: '' },
  { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
  { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'requests.cpu' } } },
  { name: 'MAP', valueFrom: { configMapKeyRef: { name: 'm', key: 'k', optional: true } } },
  { name: 'KEY', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
];

const main = {
  name: 'main',
  image: 'registry.example/ferry:1',
  command: ['/ferry'],
  args: ['--slow', ''],
  workingDir: '/x',
  ports: [
    { name: 'http', containerPort: 8080, hostPort: 8080, protocol: 'UDP', hostIP: '10.0.0.1' },
  ],
  env,
  envFrom: [
    { prefix: 'P_', configMapRef: { name: 'm', optional: true } },
    { secretRef: { name: 's' } },
  ],
  resources: { requests: { cpu: '50m', memory: '1500Ki' }, limits: { cpu: '2', memory: '1Gi' } },
  volumeMounts: [
    { name: 'a', mountPath: '/a', mountPropagation: 'HostToContainer', readOnly: true },
    { name: 'b', mountPath: '/b', subPathExpr: '$(PLAIN)' },
  ],
  livenessProbe: {
    httpGet: {
      path: '/l',
      port: 'http',
      scheme: 'HTTPS',
      httpHeaders: [{ name: 'X', value: 'y' }],
    },
    initialDelaySeconds: 5,
    terminationGracePeriodSeconds: 9,
  },
  readinessProbe: {
    exec: { command: ['/bin/ready', '-x'] },
    periodSeconds: 30,
    timeoutSeconds: 10,
  },
  startupProbe: { grpc: { port: 9090, service: 's' }, failureThreshold: 7 },
  lifecycle: {
    postStart: { tcpSocket: { port: 7, host: 'h' } },
    preStop: { exec: { command: ['/bin/end'] } },
  },
  securityContext: {
    privileged: false,
    allowPrivilegeEscalation: false,
    runAsUser: 0,
    capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
    seccompProfile: { type: 'Localhost', localhostProfile: 'p.json' },
    readOnlyRootFilesystem: true,
    seLinuxOptions: { level: 's0:c1' },
  },
  stdin: true,
  tty: true,
  imagePullPolicy: 'Never',
};

/** A pod of that name with as many fields as an API server takes, invented, to see that none is lost. */
export const fullPod = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    labels: { app: 'ferry', empty: '' },
    annotations: { 'quay.example/note': '{"a": [1, "ß"]}' },
    finalizers: ['quay.example/rope'],
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        name: 'd',
        uid: 'u-1',
        controller: true,
        blockOwnerDeletion: false,
      },
    ],
  },
  spec: {
    nodeName: 'full',
    serviceAccountName: 'porter',
    volumes,
    initContainers: [
      { name: 'first', image: 'i', resources: {} },
      { name: 'side', image: 'i', restartPolicy: 'Always' },
    ],
    containers: [main],
    terminationGracePeriodSeconds: 0,
    activeDeadlineSeconds: 900,
    dnsPolicy: 'None',
    dnsConfig: {
      nameservers: ['10.0.0.2'],
      searches: ['x.example'],
      options: [{ name: 'ndots', value: '2' }, { name: 'debug' }],
    },
    hostAliases: [{ ip: '10.0.0.3', hostnames: ['quay'] }],
    hostname: 'boat',
    subdomain: 'sea',
    nodeSelector: { zone: 'north' },
    enableServiceLinks: false,
    shareProcessNamespace: true,
    securityContext: {
      runAsUser: 1000,
      fsGroup: 0,
      supplementalGroups: [5, 6],
      sysctls: [{ name: 'net.ipv4.ip_local_port_range', value: '1 2' }],
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    imagePullSecrets: [{ name: 'pull' }],
    readinessGates: [{ conditionType: 'quay.example/moored' }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['full'] }] },
            { matchExpressions: [expression] },
          ],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 3, preference: { matchExpressions: [{ key: 'ssd', operator: 'Exists' }] } },
        ],
      },
      podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }],
      },
    },
    tolerations: [
      { operator: 'Exists' },
      { key: 'k', operator: 'Equal', value: 'v', effect: 'NoExecute', tolerationSeconds: -1 },
    ],
    topologySpreadConstraints: [
      {
        maxSkew: 2,
        topologyKey: 'zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: selector,
        nodeTaintsPolicy: 'Honor',
      },
    ],
    os: { name: 'linux' },
  },
});
