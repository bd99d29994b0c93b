/** What goes wrong with one request. `isPassedOn`: the API server gets it all the same, and only its answer is lost. */
export type Fault =
  | { readonly kind: 'late'; readonly ms: number }
  | { readonly kind: 'silence' | 'reset' | 'half' | 'no-json'; readonly isPassedOn: boolean }
  | {
      readonly kind: 'status';
      readonly status: 500 | 502 | 503 | 504;
      readonly isPassedOn: boolean;
    }
  | { readonly kind: 'throttled'; readonly retryAfter: string | null }
  /** A 503 that the API server itself says, before the request reaches its handler. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'gone' | 'unauthorized' }
  /** The user lacks the right. */
  | { readonly kind: 'forbidden' }
  /** The server does not know the path, as where an API group is not there. */
  | { readonly kind: 'unserved' }
  /** Somebody writes to the object just before, so that what was read of it is stale. */
  | { readonly kind: 'overtaken' }
  /** Somebody changes just before what is about to be changed. */
  | { readonly kind: 'meddled' };

/** What a fault is called where faults are counted. */
export function nameOfFault(fault: Fault): string {
  switch (fault.kind) {
    case 'late':
      return 'latency';
    case 'reset':
      return 'connection reset';
    case 'half':
      return 'half a body';
    case 'no-json':
      return 'no JSON';
    case 'status':
      return String(fault.status);
    case 'starting':
      return '503 with Retry-After';
    case 'throttled':
      return fault.retryAfter === null ? '429' : '429 with Retry-After';
    case 'gone':
      return '410';
    case 'unauthorized':
      return '401';
    case 'forbidden':
      return '403';
    case 'unserved':
      return '404';
    case 'overtaken':
      return 'stale resourceVersion';
    case 'meddled':
      return 'rival change';
    case 'silence':
      return 'no answer';
  }
}

/** What a server is called whose certificate has run out, where faults are counted. */
export const expiredCertificate = 'expired certificate';

/** All that is injected, by name. */
export const faultNames: readonly string[] = [
  'latency',
  '429',
  '429 with Retry-After',
  '500',
  '502',
  '503',
  '503 with Retry-After',
  '504',
  'connection reset',
  'half a body',
  'no JSON',
  'no answer',
  '410',
  '401',
  '403',
  '404',
  'stale resourceVersion',
  'rival change',
  expiredCertificate,
];
