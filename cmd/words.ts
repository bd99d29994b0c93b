const en = {
  description:
    'Finds out why calico-node pods fail, shows what would cure it, and does that when told to. Reads a cluster or a dump of one.',
  commands: {
    diagnose: 'find the root causes in a cluster or in a dump',
    fix: 'show what would cure a finding, ask, change it, watch until it is cured',
    undo: 'take a change back that fix has made; without a name, the newest',
    history: 'list the changes that fix has made in this cluster',
    predict: 'show which address each node would get under each autodetection method',
    explain: 'tell what a finding is, how to tell it from look-alikes, how to fix it by hand',
    collect: 'save what diagnose reads, as a file for --from',
    completion: 'complete commands and names with TAB: print a script for a shell, or install',
    version: 'print the version',
    help: 'show the flags of a command',
  },
  headings: {
    commands: 'Commands:',
    flags: 'Flags:',
    cluster: 'Flags for the cluster, as of kubectl:',
    drain: 'Flags for emptying nodes, as of kubectl drain:',
  },
  flags: {
    output: (values: string) => `one of: ${values}`,
    outputFile: 'file to write, a .tar.gz',
    from: 'read a dump (folder, .tar.gz, .zip or one file) instead of a cluster',
    node: 'only what concerns this node; may be repeated',
    failOn: 'exit with 1 from this severity on: error or warning',
    method: 'an autodetection method such as cidr=10.0.0.0/8; may be repeated',
    id: 'a finding, such as wrong-ip-autodetected; none lists all',
    finding:
      'what to cure, such as wrong-ip-autodetected; none: every fault that can be cured here',
    change: 'a change as history names it; none is the newest that can be taken back',
    dryRun:
      'client: only show the plan; server: also let the API server try it; none; alone: client',
    yes: 'do not ask: for scripts',
    timeout: 'longest time for waiting and for each drain, such as 10m; 0 is no limit for a drain',
    remedy: 'a remedy of the finding, such as probe-limits, instead of its first',
    fixMethod: 'set this autodetection method, in the form that Calico takes: cidr=10.0.0.0/8',
    ipv6: '--method is for the IPv6 addresses',
    freezeOperator: 'also do what makes the operator leave calico-node alone from then on',
    fixFrom: 'plan for a dump instead of a cluster; with --dry-run=client',
    all: 'of all clusters; asks none',
    ignoreDaemonSets: 'leave the pods of DaemonSets where they are, instead of giving up',
    deleteEmptyDirData: 'also evict pods whose emptyDir data is lost by that',
    force:
      'also evict pods that nobody starts again; take a --method in spite of what speaks against it',
    gracePeriod: 'seconds that pods get to end; below 0, as each pod says',
    podSelector: 'only pods with these labels',
    disableEviction: 'delete instead of evicting: disruption budgets are passed over',
    skipWait: 'do not wait for pods that have been ending for more seconds than this; 0 waits',
    allowControlPlane: 'also empty control-plane nodes',
    shell: 'bash, zsh, fish or powershell; "install" is for kubectl calico-fix <TAB> itself',
    namespace: 'look for Calico in this namespace only; else it is found',
    kubeconfig: 'path of the kubeconfig file',
    context: 'context of the kubeconfig',
    cluster: 'cluster of the kubeconfig',
    user: 'user of the kubeconfig',
    as: 'user to impersonate',
    asGroup: 'group to impersonate; may be repeated',
    asUid: 'UID to impersonate',
    server: 'address of the API server',
    token: 'bearer token',
    insecure: "do not check the server's certificate",
    requestTimeout: 'longest time of one request, such as 30s; 0 is no limit',
    verbosity: 'from 6 on, a line on stderr for each request',
    version: 'print the version',
    plain: 'ask line by line, for screen readers (without a command)',
    help: 'show this help',
  },
  examples: `Examples:
  kubectl calico-fix diagnose                        the cluster of the current context
  kubectl calico-fix diagnose --context prod -o json
  kubectl calico-fix diagnose --from dump.tar.gz     a dump, without a cluster
  kubectl calico-fix fix --dry-run=server            what would be changed, tried by the API server
  kubectl calico-fix fix                             shows the same, asks, changes it, verifies
  kubectl calico-fix undo                            takes the last change back
  kubectl calico-fix explain                         all findings, with their titles

kubectl's own flags (--context, -n, --as, ...) work with every command: see its --help.
Exit codes: 0 healthy or cured, 1 faults, 2 could not tell or could not do it, 130 interrupted.`,
  unknownCommand: (name: string) => `error: unknown command '${name}'`,
  noTerminal: 'there is nobody at a terminal to ask',
  noTerminalHint: 'Use diagnose and fix in scripts; both take -o json.',
  usageHint: 'Run "kubectl calico-fix --help" for the commands and their flags.',
  error: (message: string) => `error: ${message}`,
  warning: (message: string) => `warning: ${message}`,
  moreWarnings: (count: number) => `warning: and ${count} more, all in -o json`,
  missingRights: (rights: string) => `you have no right to ${rights}`,
  wholeRole: 'This ClusterRole allows all that is read of this cluster, and nothing else:',
  bindRole: (role: string, user: string | null) =>
    `Apply it, and bind it: kubectl create clusterrolebinding ${role} --clusterrole=${role} --user=${user ?? 'USER'}`,
  interrupted: 'Interrupted. Nothing was changed.',
  interruptedMidway:
    'Interrupted while something was being changed. What was sent is in: kubectl calico-fix history',
  bug: (version: string, runtime: string) =>
    `this is a bug in kubectl calico-fix ${version} (${runtime}), not in your cluster`,
  reportBug:
    'Please report it, with the lines above and, if you may share it, the file that "kubectl calico-fix collect -o FILE" writes.',
  phases: {
    lists: 'reading the cluster',
    nodes: 'looking into sick nodes',
    logs: 'reading logs',
  },
  notALevel: (text: string) => `"${text}" is not a level for -v`,
  levels: 'It takes a number, as of kubectl: -v 6 shows the requests.',
  notASeverity: (text: string) => `"${text}" is not a severity for --fail-on`,
  severities: 'It takes error or warning.',
  notAFormat: (text: string, command: string) => `"${text}" is not an output of ${command}`,
  formats: (values: string) => `It takes one of: ${values}.`,
  notADryRun: (text: string) => `"${text}" is not a mode of --dry-run`,
  dryRuns: 'It takes none, client or server.',
  notADuration: (flag: string, text: string) => `"${text}" is not a length of time for ${flag}`,
  durations: 'It takes seconds, or a number with a unit: 300, 5m, 1m30s.',
  notANumber: (flag: string, text: string) => `"${text}" is not a number for ${flag}`,
  wholeNumbers: 'It takes a whole number of seconds.',
  nodesUnread: 'without the list of nodes nothing can be predicted',
  noSuchNode: (names: string) => `there is no node ${names}`,
  noSuchNamespace: (name: string) => `there is no namespace ${name}`,
  thereAre: (names: string) => `There are: ${names}.`,
  noOutputFile: 'collect needs a file to write',
  outputFileHint: 'For example: kubectl calico-fix collect -o calico.tar.gz',
  fileExists: (path: string) => `${path} exists already`,
  fileExistsHint: 'Give another name, or remove it first.',
  collected: (path: string) =>
    `Wrote ${path}. It holds logs and object definitions of the cluster: look it over before you share it.`,
  readItBack: (path: string) => `kubectl calico-fix diagnose --from ${path}`,
  notAShell: (text: string) => `"${text}" is no shell that completion knows`,
  shells: 'It takes bash, zsh, fish, powershell, or install.',
  notOnPath: (name: string) => `${name} is not on PATH`,
  putOnPath: (folder: string) =>
    `kubectl finds plugins on PATH only. Put it into a folder of PATH, or add this one: ${folder}`,
  foreignFile: (path: string) => `${path} is there already, and this tool did not write it`,
  foreignFileHint: 'Look what it is for, and remove it if nobody needs it.',
  notWritable: (path: string, reason: string) => `${path} cannot be written: ${reason}`,
  notWritableHint: 'Call it as a user who may write there.',
  helperInstalled: (path: string) => `Wrote ${path}.`,
  completionOfKubectl: `"kubectl calico-fix <TAB>" works where kubectl's own completion does: see kubectl completion --help.`,
  noSuchFinding: (id: string) => `there is no finding "${id}"`,
  didYouMean: (ids: string) => `Did you mean ${ids}?`,
  findings:
    'Findings, each with what is true where it is absent. More: kubectl calico-fix explain ID',
  undetermined: 'every sick calico-node pod has a known cause',
};

/** Every sentence of the shell. Another language is another object of this type. */
export const words = { en };
