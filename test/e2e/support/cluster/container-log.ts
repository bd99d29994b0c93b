/** What a container has printed, with the time of each line in seconds since 1970. */
export interface ContainerLog {
  readonly lines: readonly { readonly at: number; readonly text: string }[];
  readonly add: (at: number, text: string) => void;
}

// A kubelet rotates a log long before this.
const mostLines = 5000;

/** An empty log. */
export function containerLog(): ContainerLog {
  const lines: { at: number; text: string }[] = [];
  return {
    lines,
    add: (at, text) => {
      lines.push({ at, text });
      if (lines.length > mostLines) lines.splice(0, mostLines / 10);
    },
  };
}

/** What a program comes to when the kubelet tells it to stop. */
export interface Ending {
  readonly exitCode: number;
  readonly reason: string;
}

/** What runs in a container. Times are seconds since 1970. */
export interface Program {
  readonly log: ContainerLog;
  /** Lives on until a time. */
  readonly step: (now: number) => void;
  /** How it has ended by itself; null while it runs. */
  readonly exit: () => Ending | null;
  /** What a probe comes to: null is a success, else the failure as the kubelet words it. */
  readonly probe: (probe: ProbeSpec, now: number) => string | null;
  /** Is told to stop by the kubelet, or killed. */
  readonly stop: (now: number, isPodDeleted: boolean) => Ending;
}

/** A probe with all numbers, as the API server has filled them in. */
export interface ProbeSpec {
  readonly kind: 'startup' | 'liveness' | 'readiness';
  /** Null for an HTTP probe. */
  readonly command: readonly string[] | null;
  readonly port: number;
  readonly path: string;
  readonly initialDelaySeconds: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

/** RFC 3339 with whole seconds, as Kubernetes writes times. */
export const timeText = (at: number): string =>
  `${new Date(Math.floor(at) * 1000).toISOString().slice(0, 19)}Z`;
