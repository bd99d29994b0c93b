import { logLine } from '../../../support/start-log.ts';
import type { ContainerLog } from './container-log.ts';

/** Writes lines as the daemons of a calico-node container do. */
export interface Speech {
  readonly info: (at: number, component: string, file: string, message: string) => void;
  readonly line: (
    at: number,
    level: string,
    component: string,
    file: string,
    message: string,
  ) => void;
  /** Without time and level, as BIRD and the start script write. */
  readonly plain: (at: number, text: string) => void;
}

/** Speech in the grammar of a release, into a log. */
export function speechOf(log: ContainerLog, version: string): Speech {
  const line: Speech['line'] = (at, level, component, file, message) => {
    const start = new Date(at * 1000).toISOString();
    log.add(at, logLine({ start, version }, 0, level, component, file, message));
  };
  return {
    line,
    info: (at, component, file, message) => line(at, 'INFO', component, file, message),
    plain: (at, text) => log.add(at, text),
  };
}

/** The service address of the API server and the error that a client ends in when nothing answers there. */
export const serviceTimeout = (path: string): string =>
  `Get "https://10.96.0.1:443${path}": dial tcp 10.96.0.1:443: i/o timeout`;
