import { type User, userOf } from './cluster/ask.ts';
import { type Journey, journeyOn, leave, startSeconds } from './journey.ts';
import { makeAdministrator } from './journey-accounts.ts';
import { type JourneyProxy, startProxy } from './journey-proxy.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { shared } from './shared.ts';

/** A cluster for all tests of a block, as long as they pass, which its users reach through a proxy. */
export interface Proxied {
  readonly journey: () => Journey;
  readonly proxy: () => JourneyProxy;
  /** Somebody who may do everything, and has no history yet. */
  readonly newUser: () => User;
}

interface Reached {
  readonly journey: Journey;
  readonly proxy: JourneyProxy;
  readonly kubeconfig: string;
  readonly users: User[];
}

/** As `journeyFor`, with a proxy before the cluster; `prepare` runs before its first test. */
export function proxiedJourneyFor(
  scenario: Scenario | string,
  plugins: string,
  prepare: (journey: Journey) => Promise<void> = async () => {},
): Proxied {
  const reached = shared<Reached>({
    start: async () => {
      const journey = await journeyOn(scenario, plugins);
      const { cluster } = journey;
      const proxy = await startProxy(cluster.controlPlane);
      const token = await makeAdministrator(cluster, 'somebody');
      const kubeconfig = proxy.kubeconfigFor('somebody', { token });
      await prepare(journey);
      return { journey, proxy, kubeconfig, users: [] };
    },
    stop: async ({ journey, proxy, users }) => {
      for (const user of users) user.leave();
      await proxy.close();
      await leave(journey);
    },
    startSeconds,
  });
  return {
    journey: () => reached().journey,
    proxy: () => reached().proxy,
    newUser: () => {
      const { journey, kubeconfig, users } = reached();
      const user = userOf(journey.cluster, plugins, kubeconfig);
      users.push(user);
      return user;
    },
  };
}
