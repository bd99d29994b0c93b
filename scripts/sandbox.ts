import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { goVersion } from './go-tool.ts';
import { layOutPlugin } from './sandbox-plugin.ts';
import type { Scenario } from '../test/e2e/support/scenarios/scenario.ts';
import { scenarios, startScenario } from '../test/e2e/support/scenarios/scenarios.ts';
import type { SimulatedCluster } from '../test/e2e/support/cluster/cluster.ts';

const usage = `Brings up a cluster of invented machines behind a real API server, with an incident in it.

  npm run sandbox -- SCENARIO [--nodes N]
  npm run sandbox -- --list
`;

const noGo = `There is no Go on PATH, which the sandbox needs to build Kubernetes, etcd and kwok from source.
Install Go 1.26 or newer (https://go.dev/dl/). The first run then builds for some minutes.
`;

const print = (text: string): void => void process.stdout.write(text);

function listScenarios(): void {
  const width = Math.max(...scenarios.map(({ id }) => id.length));
  for (const { id, title } of scenarios) print(`${id.padEnd(width)}  ${title}\n`);
}

const time = (): string => new Date().toTimeString().slice(0, 8);

function welcome(
  { title, tries, cure }: Scenario,
  { controlPlane }: SimulatedCluster,
  bin: string,
  seconds: number,
): void {
  const lines = [
    '',
    `The cluster is up after ${Math.round(seconds)} s: ${title}.`,
    '',
    'In another terminal:',
    '',
    `  export KUBECONFIG=${controlPlane.kubeconfig}`,
    `  export PATH=${bin}:$PATH   # kubectl, and the plugin built from these sources`,
    '',
    'Things to try:',
    '',
    ...tries.map((line) => `  ${line}`),
    '',
    ...(cure ? ['Press c and Enter to do on the machines what would be done there.'] : []),
    'Press Ctrl-C to take everything away. What happens inside:',
    '',
  ];
  print(`${lines.join('\n')}\n`);
}

function listenForCure({ cure }: Scenario, cluster: SimulatedCluster): void {
  if (!cure) return;
  process.stdin.on('data', (data: Buffer) => {
    if (data.toString().trim() !== 'c') return;
    cure.does(cluster);
    print(`${time()} ${cure.told}\n`);
  });
}

async function run(scenario: Scenario, nodes: number | undefined): Promise<void> {
  const began = Date.now();
  print('Starting the cluster; Ctrl-C ends it.\n');
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  let isUp = false;
  // Ended in the midst of its start, the programs go with this process.
  const leaveEarly = async (): Promise<void> => {
    await interrupted;
    if (!isUp) process.exit(130);
  };
  void leaveEarly();
  const say = (line: string): void => print(`${time()} ${line}\n`);
  const options = nodes === undefined ? {} : { nodes };
  const cluster = await startScenario(scenario.id, options, say);
  isUp = true;
  const { controlPlane } = cluster;
  const bin = await layOutPlugin(controlPlane.programs.folder, controlPlane.kubectl);
  welcome(scenario, cluster, bin, (Date.now() - began) / 1000);
  listenForCure(scenario, cluster);
  await interrupted;
  await cluster.stop();
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { list: { type: 'boolean' }, nodes: { type: 'string' } },
    allowPositionals: true,
  });
  if (values.list === true) {
    listScenarios();
    return 0;
  }
  const scenario = scenarios.find(({ id }) => id === positionals[0]);
  const nodes = values.nodes === undefined ? undefined : Number(values.nodes);
  if (!scenario || (nodes !== undefined && !(Number.isInteger(nodes) && nodes > 0))) {
    process.stderr.write(usage);
    return 2;
  }
  if ((await goVersion()) === null) {
    process.stderr.write(noGo);
    return 2;
  }
  await run(scenario, nodes);
  return 0;
}

if (import.meta.main) process.exit(await main());
