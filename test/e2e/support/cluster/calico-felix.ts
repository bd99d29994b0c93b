import type { CalicoContext } from './calico-context.ts';

/** Felix's lines about the interfaces of its machine. */
export function sayInterfaces({ machine, speech }: CalicoContext, at: number): void {
  for (const { name, index, addresses } of machine.facts.nics) {
    const bare = addresses.map((text) => text.split('/')[0]).join(',');
    const say = (text: string): void => speech.info(at, 'felix', 'int_dataplane.go', text);
    say(`Linux interface state changed. ifIndex=${index} ifaceName="${name}" state="up"`);
    say(`Linux interface addrs changed. addrs=set.Set{${bare}} ifaceName="${name}"`);
  }
}

const rule = '+---------------------------+---------+----------------+-----------------+--------+';
const table = [
  rule,
  '|         COMPONENT         | TIMEOUT |    LIVENESS    |    READINESS    | DETAIL |',
  rule,
  '| CalculationGraph          | 30s     | reporting live | reporting ready |        |',
  '| FelixStartup              | -       | reporting live | reporting ready |        |',
  '| InternalDataplaneMainLoop | 1m30s   | reporting live | reporting ready |        |',
  rule,
];

/** Felix's start, as far as its lines are of use to somebody. */
export function sayFelixStart(
  context: CalicoContext,
  at: number,
  port: number,
  isPortTaken: boolean,
): void {
  const { speech, machine } = context;
  const say = (file: string, text: string, level = 'INFO'): void =>
    speech.line(at, level, 'felix', file, text);
  say(
    'daemon.go',
    `Felix starting up GOMAXPROCS=${machine.facts.cpus} version="${context.version}"`,
  );
  say('health.go', `Health enabled.  Starting server. host="localhost" port=${port}`);
  if (isPortTaken)
    say(
      'health.go',
      `Health endpoint failed, trying to restart it... error=listen tcp 127.0.0.1:${port}: bind: address already in use`,
      'ERROR',
    );
  say(
    'int_dataplane.go',
    'attempted to modprobe nf_conntrack_proto_sctp error=exit status 1 output=""',
  );
  sayInterfaces(context, at);
  say('health.go', 'Overall health status changed: live=true ready=true');
  for (const line of table) speech.plain(at, line);
}
