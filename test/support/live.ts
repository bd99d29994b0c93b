import type { ApiOptions } from '../../internal/cluster/api.ts';
import { connect } from '../../internal/cluster/connect.ts';
import { liveCluster } from '../../internal/cluster/live-cluster.ts';
import type { Cluster } from '../../internal/model/cluster.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { type Script, type Seen, startStub, type StubServer } from './stub-api-server.ts';

export interface Live {
  readonly stub: StubServer;
  readonly cluster: Cluster;
  readonly clock: FakeClock;
}

/** The live cluster of a stub that answers by this script. */
export async function startLive(script: Script, api: ApiOptions = {}): Promise<Live> {
  const stub = await startStub(script);
  const clock = fakeClock();
  const connection = connect({ server: stub.url }, { env: {}, isInteractive: false });
  const cluster = liveCluster(connection, { api: { clock, random: () => 0.5, ...api } });
  return { stub, cluster, clock };
}

/** Uses such a cluster and gives what came of it with what the stub has seen. */
export async function withLive<T>(
  script: Script,
  use: (live: Live) => Promise<T>,
  api: ApiOptions = {},
): Promise<{ readonly result: T; readonly seen: readonly Seen[]; readonly clock: FakeClock }> {
  const live = await startLive(script, api);
  try {
    return { result: await use(live), seen: live.stub.seen, clock: live.clock };
  } finally {
    await live.stub.close();
  }
}
