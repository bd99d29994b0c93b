import { isObject, parseObject } from '../../support/json.ts';
import { errorsOf, type User, userOf } from './cluster/ask.ts';
import { startCluster, type SimulatedCluster } from './cluster/cluster.ts';
import type { Ran } from './run.ts';
import type { Scenario, ScenarioOptions } from './scenarios/scenario.ts';
import { scenarioOf } from './scenarios/scenarios.ts';
import { shared } from './shared.ts';

/** A cluster with an incident in it, and somebody who is to deal with it. */
export interface Journey {
  readonly cluster: SimulatedCluster;
  readonly user: User;
}

/** What the tool printed, and its JSON where it was asked for that. */
export interface Told extends Ran {
  readonly data: Readonly<Record<string, unknown>>;
}

const quick: ScenarioOptions = { isQuick: true };

/** What diagnose says: its exit code, and the ids of its findings of severity error. */
export async function diagnosed({ user }: Journey): Promise<{
  readonly code: number | null;
  readonly errors: readonly string[];
}> {
  const { code, diagnosis } = await user.diagnose();
  return { code, errors: errorsOf(diagnosis) };
}

/** Of a cluster in which all is well. */
export const well = { code: 0, errors: [] };

/** How long a condition is waited for: a busy machine takes its time, and a test that fails may. */
export const patience = { timeout: 180_000, interval: 500 };
export const startSeconds = 300;

/** Brings a scenario up. `plugins` is the folder of the built plugin. */
export async function journeyOn(scenario: Scenario | string, plugins: string): Promise<Journey> {
  const { id, build } = typeof scenario === 'string' ? scenarioOf(scenario) : scenario;
  const cluster = await startCluster({ ...build(quick), context: `sandbox-${id}` });
  return { cluster, user: userOf(cluster, plugins) };
}

export async function leave({ cluster, user }: Journey): Promise<void> {
  user.leave();
  await cluster.stop();
}

/** Goes a way on a scenario's cluster, and takes that away. */
export async function onJourney(
  scenario: Scenario | string,
  plugins: string,
  walk: (journey: Journey) => Promise<void>,
): Promise<void> {
  const journey = await journeyOn(scenario, plugins);
  try {
    await walk(journey);
  } finally {
    await leave(journey);
  }
}

/** One cluster for all tests of a block, as long as they pass. */
export const journeyFor = (scenario: Scenario | string, plugins: string): (() => Journey) =>
  shared({ start: () => journeyOn(scenario, plugins), stop: leave, startSeconds });

/** Reads the JSON that a command printed; an empty object where it printed none. */
export const told = (ran: Ran): Told => ({
  ...ran,
  data: ran.stdout.startsWith('{') ? parseObject(ran.stdout) : {},
});

/** `kubectl calico-fix … -o json`. */
export const ask = async (user: User, ...args: readonly string[]): Promise<Told> =>
  told(await user.kubectl('calico-fix', ...args, '-o', 'json'));

export const objectsIn = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** What `history` tells, the newest first. */
export async function recordsOf(
  user: User,
): Promise<
  readonly { readonly id: string; readonly state: string; readonly undoes: string | null }[]
> {
  const { code, data, stderr } = await ask(user, 'history');
  if (code !== 0) throw new Error(`history ended with ${code}: ${stderr}`);
  if (objectsIn(data['damaged']).length > 0) throw new Error('history tells of damaged records');
  return objectsIn(data['records']).map(({ id, state, undoes }) => ({
    id: String(id),
    state: String(state),
    undoes: typeof undoes === 'string' ? undoes : null,
  }));
}

const manifestDaemonSet = '/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node';

/** Lets all nodes of a manifest install be replaced at once, where a test is not about rollouts. */
export async function allAtOnce({ client }: SimulatedCluster): Promise<void> {
  const updateStrategy = { rollingUpdate: { maxUnavailable: '100%' } };
  await client.patch(manifestDaemonSet, { spec: { updateStrategy } });
}
