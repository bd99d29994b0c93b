import type { Snapshot } from '../model/snapshot.ts';
import { denied, dialFailure, isUnauthorized, unknownType } from './api-errors.ts';
import type { LogLine } from './log.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { pendingInit } from './pods.ts';
import { sickTelling, type Telling } from './speech.ts';

const container = 'upgrade-ipam';

/** Nodes whose upgrade-ipam container runs at this moment. */
export const migratingPods = (snapshot: Snapshot): readonly { readonly view: NodeView }[] =>
  nodeViews(snapshot).flatMap((view) => {
    const init = view.pod && pendingInit(view.pod);
    return init?.name === container && init.state?.running ? [{ view }] : [];
  });

// cni-plugin/pkg/ipamplugin/ipam_plugin.go: the loop of all releases, and what ends it before it begins.
const retrying = /failed to migrate ipam, retrying\.\.\./;
const refusing =
  /KUBERNETES_NODE_NAME not specified, refusing to migrate|failed to load api client config|failed to initialize api client/;

// What the API server says, or does not get to say, has checks of its own.
const isOfApi = (text: string): boolean =>
  dialFailure(text) !== null ||
  isUnauthorized(text) ||
  denied(text) !== null ||
  unknownType(text) !== null ||
  /x509:|context deadline exceeded|Client\.Timeout|KUBERNETES_SERVICE_HOST/.test(text);

// A release that takes something for granted crashes instead (v3.6 to v3.9: an address that is already given out).
const crash = /^panic: /;

/** True where an error of `stuckMigrations` is a crash of the program itself. */
export const isCrash = (error: string): boolean => crash.test(error);

function readTrouble({ text, message }: LogLine): string | null {
  if (crash.test(text)) return text;
  if (!retrying.test(message) && !refusing.test(message)) return null;
  if (isOfApi(text)) return null;
  const error = /error="((?:[^"\\]|\\.)*)"|error=(.*?)(?: node="[^"]*")?$/s.exec(message);
  return (error?.[1] ?? error?.[2] ?? message).replaceAll(String.raw`\"`, '"');
}

/** Sick pods whose upgrade-ipam tries in vain to move addresses from host-local, with the error that stops it. */
export const stuckMigrations = (snapshot: Snapshot): readonly Telling<string>[] =>
  sickTelling(snapshot, readTrouble, {
    cured: /migration from host-local to calico-ipam complete/,
  }).filter(({ last }) => last.container === container);
