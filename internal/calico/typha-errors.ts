import { denied, dialFailure } from './api-errors.ts';
import type { LogLine } from './log.ts';

/** What a client of Typha says about its connection. */
export type TyphaTrouble =
  /** No ready Typha was found behind the service. */
  | { readonly kind: 'none-found' }
  | {
      readonly kind: 'dial';
      readonly address: string;
      readonly port: number;
      readonly reason: 'timeout' | 'refused' | 'no-route';
    }
  | { readonly kind: 'tls'; readonly reason: TlsReason }
  /** The connection broke, or could not be made, without a reason in the line. */
  | { readonly kind: 'lost' };

export type TlsReason =
  | 'unknown-authority'
  | 'expired'
  | 'wrong-name'
  | 'rejected'
  | 'files'
  | 'other';

// crypto/tls, crypto/x509, typha/pkg/tlsutils/tlsutils.go and typha/pkg/syncclient/sync_client.go.
const tlsReasons: readonly (readonly [TlsReason, RegExp])[] = [
  ['files', /Failed to (?:load certificate and key|read CA data|add CA data to pool)/],
  ['wrong-name', /certificate does not have required/i],
  ['expired', /certificate has expired or is not yet valid/],
  [
    'unknown-authority',
    /x509: certificate signed by unknown authority|x509: cannot validate|remote error: tls: unknown certificate authority/,
  ],
  ['rejected', /remote error: tls: /],
  ['other', /x509: |tls: |first record does not look like a TLS handshake/],
];

// Which lines speak of Typha: discovery, sync client and those who use it.
const about = /[Tt]ypha|Failed to (?:read from|send \w+ to) server|requiringTLS/;
const dial = /dial tcp \[?([0-9A-Fa-f.:]+?)\]?:(\d+): (.*)$/s;

function dialReason(text: string): 'timeout' | 'refused' | 'no-route' | null {
  if (/connection refused/.test(text)) return 'refused';
  if (/no route to host|network is unreachable|host is (?:down|unreachable)/.test(text))
    return 'no-route';
  return /i\/o timeout|connection timed out/.test(text) ? 'timeout' : null;
}

/** Reads what a calico-node says about its way to Typha; null if the line is about something else. */
export function typhaTrouble({ text, message, level }: LogLine): TyphaTrouble | null {
  if (level === 'DEBUG' || dialFailure(text) !== null || denied(text) !== null) return null;
  const files = tlsReasons[0]?.[1].test(message) ?? false;
  if (!files && !about.test(message)) return null;
  const tls =
    level === 'INFO' ? undefined : tlsReasons.find(([, pattern]) => pattern.test(message));
  if (tls) return { kind: 'tls', reason: tls[0] };
  if (
    /Didn't find any ready Typha|Kubernetes service (?:missing )?IP or port|Typha discovery enabled but discovery failed|Unable to get Typha service endpoints/.test(
      message,
    )
  )
    return { kind: 'none-found' };
  const [, address, port, rest] = dial.exec(message) ?? [];
  const reason = rest === undefined ? null : dialReason(rest);
  if (address && reason) return { kind: 'dial', address, port: Number(port), reason };
  return /Failed to connect to Typha|[Cc]onnection to [Tt]yphas? .*failed|Failed to read from server/.test(
    message,
  ) && level !== 'INFO'
    ? { kind: 'lost' }
    : null;
}

/** A line after which the way to Typha is there: the client got an answer, or at least a connection that held (v3.15 to v3.32). */
export const typhaAnswered =
  /^(?:Successfully connected to Typha|Started Typha client main loop|Status update from Typha|Connected to Typha (?:on attempt|after retries))|^Server ?[Hh]ello message received/;

/** The same for TLS, where a refused certificate shows only after the connection is made. */
export const typhaGreeted = /^Status update from Typha|^Server ?[Hh]ello message received/;
