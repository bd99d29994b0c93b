import { afterAll, beforeAll } from 'vitest';
import { type User, userOf } from './cluster/ask.ts';
import { type Journey, journeyFor, startSeconds } from './journey.ts';
import { makeAdministrator } from './journey-accounts.ts';
import { type JourneyProxy, startProxy } from './journey-proxy.ts';
import type { Scenario } from './scenarios/scenario.ts';

/** A cluster for all tests of a block, which its users reach through a proxy. */
export interface Proxied {
  readonly journey: () => Journey;
  readonly proxy: () => JourneyProxy;
  /** Somebody who may do everything, and has no history yet. */
  readonly newUser: () => User;
}

/** As `journeyFor`, with a proxy before the cluster; `prepare` runs before the first test. */
export function proxiedJourneyFor(
  scenario: Scenario | string,
  plugins: string,
  prepare: (journey: Journey) => Promise<void> = async () => {},
): Proxied {
  const journey = journeyFor(scenario, plugins);
  let proxy: JourneyProxy | null = null;
  let kubeconfig = '';
  const users: User[] = [];
  beforeAll(async () => {
    const { cluster } = journey();
    proxy = await startProxy(cluster.controlPlane);
    const token = await makeAdministrator(cluster, 'somebody');
    kubeconfig = proxy.kubeconfigFor('somebody', { token });
    await prepare(journey());
  }, startSeconds * 1000);
  afterAll(async () => {
    for (const user of users) user.leave();
    await proxy?.close();
  });
  return {
    journey,
    proxy: () => {
      if (!proxy) throw new Error('the proxy has not started');
      return proxy;
    },
    newUser: () => {
      const user = userOf(journey().cluster, plugins, kubeconfig);
      users.push(user);
      return user;
    },
  };
}
