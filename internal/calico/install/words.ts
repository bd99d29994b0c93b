const en = {
  ownedBy: (object: string, owner: string) => `${object} is owned by ${owner}`,
  label: (object: string, key: string, value: string) => `${object} has the label ${key}=${value}`,
  annotation: (object: string, key: string) => `${object} has the annotation ${key}`,
  annotationIs: (object: string, key: string, value: string) =>
    `${object} has the annotation ${key}=${value}`,
  variable: (object: string, name: string, value: string) => `${object} sets ${name}=${value}`,
  variableFrom: (object: string, name: string, source: string) =>
    `${object} takes ${name} from ${source}`,
  image: (object: string, image: string) => `${object} runs the image ${image}`,
  mounts: (object: string, path: string) => `${object} mounts ${path} of its host`,
  container: (object: string, container: string) => `${object} has the container ${container}`,
  exists: (object: string) => `${object} exists`,
  field: (object: string, field: string, value: string) => `${object} says ${field}: ${value}`,
  selects: (object: string, key: string) => `${object} runs only on nodes with the label ${key}`,
  nothingFound: 'No DaemonSet and no pod of calico-node was found',
  onlyPods: (object: string) =>
    `The DaemonSet itself was not read; the install type is told by ${object} and its like`,
  orphan: (object: string) =>
    `${object} looks as if made by an operator, but there is none and it has no owner`,
  plainManifest: (object: string) =>
    `${object} belongs to no Installation: its own spec is what counts`,
  bySpace: (object: string) => `${object} stands in the operator's namespace`,
  noMark: (object: string) => `${object} has no mark of a tool that would write it again`,
  appliedByHand: (object: string) => `${object} was written with kubectl apply`,
  installationUnread: (object: string) =>
    `The Installation was not read, so its owner is guessed from ${object}`,
  ownerUnknown: 'The Installation was not read, so nothing tells who writes it',
  overlay: 'Installation/overlay sets the address method and wins over Installation/default',
  copiedTracking: (object: string) =>
    `${object} carries an Argo CD tracking id of another object, which does not count`,
  noSelfHeal: (application: string) =>
    `${application} has no self-heal, so a change stands until it is synced`,
  fluxSuspended: (owner: string) => `${owner} is suspended, so a change stands until it is resumed`,
  noDriftCorrection: (owner: string) =>
    `${owner} corrects no drift, so a change stands until its release is upgraded`,
  fluxLeavesAlone: (object: string, key: string, value: string) =>
    `${object} has the annotation ${key}=${value}, so Flux leaves it alone for now`,
  etcd: (object: string) =>
    `${object} uses etcd as datastore: calicoctl reaches its data, kubectl does not`,
  policyOnly: (object: string) => `${object} enforces policy only: the backend is none`,
  vxlan: (object: string) => `${object} uses the VXLAN backend without BIRD`,
  typha: (object: string) => `Typha serves this cluster: ${object}`,
  uninstalling: (object: string) => `${object} is being deleted`,
  migrationLabels: (moved: number, all: number) =>
    `The operator takes over an older installation: ${moved} of ${all} labelled nodes have moved`,
  migrationPending: (object: string) =>
    `An Installation exists while ${object} still serves: the operator is about to take it over`,
  flannelMigration: (object: string) => `${object} is part of a migration from flannel`,
  migrationBlocked: (message: string) =>
    `The operator cannot take over the old installation: ${message}`,
  migrationLeftover: (object: string) =>
    `${object} is left over from a migration and wants no node`,
  twoInstallations: (one: string, other: string) =>
    `${one} and ${other} both want to run on the same nodes`,
  locked: (object: string) => `${object} says that the datastore is locked (datastoreReady: false)`,
  noReplicas: (object: string) =>
    `${object} is scaled to 0: changes have no effect until it runs again`,
  noneReady: (object: string) =>
    `${object} has no ready pod: changes have no effect until it runs again`,
  noOperator: (namespace: string) =>
    `No operator runs in ${namespace}: changes have no effect until it does`,
  neverRendered: (object: string) => `${object} exists, but its DaemonSet does not (yet)`,
  ignored: (object: string) =>
    `${object} has unsupported.operator.tigera.io/ignore=true: the operator leaves it alone`,
  operatorDegraded: (object: string, reason: string, message: string) =>
    `${object} is Degraded (${reason}): ${message}`,
  versionFrom: (version: string, source: string) =>
    `Calico's version ${version} is told by ${source}`,
  kubernetesFromServerImage: (version: string, object: string) =>
    `Kubernetes ${version} is told by the image of ${object}`,
  kubernetesFromKubelets: (version: string) =>
    `Kubernetes ${version} is the newest kubelet's version; the API server's was not read`,
  differs: (component: string, versions: string, node: string) =>
    `${component} runs ${versions}, calico-node ${node}`,
  podsDiffer: (count: number, versions: string, node: string) =>
    `Of the calico-node pods, ${count} ${count === 1 ? 'runs' : 'run'} ${versions}, not ${node}`,
  operatorMismatch: (operator: string, calico: string, expected: string) =>
    `Operator ${operator} does not belong to Calico ${calico} (expected ${expected})`,
};

/** The sentences of `Install.reasons`. Another language is another object of this type. */
export const words = { en };
