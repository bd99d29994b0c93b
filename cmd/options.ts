import { Option } from 'commander';
import { words } from './words.ts';

const { flags: says, headings } = words.en;

const collectValue = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** An option that may be given several times. */
export const repeated = (flags: string, text: string): Option =>
  new Option(flags, text).argParser(collectValue);

/** The flags of kubectl, which every command takes. */
export const clusterOptions = (): readonly Option[] =>
  [
    new Option('-n, --namespace <name>', says.namespace),
    new Option('--kubeconfig <file>', says.kubeconfig),
    new Option('--context <name>', says.context),
    new Option('--cluster <name>', says.cluster),
    new Option('--user <name>', says.user),
    new Option('--as <user>', says.as),
    repeated('--as-group <group>', says.asGroup),
    new Option('--as-uid <uid>', says.asUid),
    new Option('-s, --server <url>', says.server),
    new Option('--token <token>', says.token),
    new Option('--insecure-skip-tls-verify', says.insecure),
    new Option('--request-timeout <time>', says.requestTimeout),
    new Option('-v, --v <level>', says.verbosity),
  ].map((option) => option.helpGroup(headings.cluster));

export const sourceOptions = (): readonly Option[] => [
  new Option('--from <path>', says.from),
  repeated('--node <name>', says.node),
];

export const failOn = (): Option => new Option('--fail-on <severity>', says.failOn);
export const output = (text: string): Option => new Option('-o, --output <form>', text);

const drainOptions = (): readonly Option[] =>
  [
    new Option('--ignore-daemonsets', says.ignoreDaemonSets),
    new Option('--delete-emptydir-data', says.deleteEmptyDirData),
    new Option('--force', says.force),
    new Option('--grace-period <s>', says.gracePeriod),
    new Option('--pod-selector <selector>', says.podSelector),
    new Option('--disable-eviction', says.disableEviction),
    new Option('--skip-wait-for-delete-timeout <s>', says.skipWait),
    new Option('--allow-control-plane', says.allowControlPlane),
  ].map((option) => option.helpGroup(headings.drain));

const sendOptions = (): readonly Option[] => [
  new Option('--dry-run <mode>', says.dryRun),
  new Option('-y, --yes', says.yes),
  new Option('--timeout <time>', says.timeout),
];

/** What `fix` takes besides kubectl's flags. */
export const fixOptions = (): readonly Option[] => [
  output(says.output('text, wide, json, yaml')),
  ...sendOptions(),
  repeated('--node <name>', says.node),
  new Option('--remedy <id>', says.remedy),
  new Option('--method <method>', says.fixMethod).argParser(collectValue),
  new Option('--ipv6', says.ipv6),
  new Option('--freeze-operator', says.freezeOperator),
  new Option('--from <path>', says.fixFrom),
  ...drainOptions(),
];

/** What `undo` takes besides kubectl's flags. */
export const undoOptions = (): readonly Option[] => [
  output(says.output('text, wide, json, yaml')),
  ...sendOptions(),
];

/** What `history` takes besides kubectl's flags. */
export const historyOptions = (): readonly Option[] => [
  output(says.output('text, wide, json, yaml')),
  new Option('--all', says.all),
];
