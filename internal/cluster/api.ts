import type { Clock } from '../model/clock.ts';
import type { ProtobufKind } from './protobuf-list.ts';
import type { Outcome } from './read-error.ts';
import type { Patience } from './retry.ts';
import type { Target } from './target.ts';

export interface ApiOptions {
  readonly clock?: Clock;
  /** Random numbers from 0 to 1, for the spread of retries. */
  readonly random?: () => number;
  /** Requests under way at the same time, 10 unless told. */
  readonly maxInFlight?: number;
  /** Milliseconds for one request, as `--request-timeout` gave them; 0 is no limit. Absent: a minute, for logs 20 s. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds for all requests together, from the first one on, 5 minutes unless told; what comes later fails as data. */
  readonly deadlineMs?: number;
  /** Ends everything: what is under way rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Takes a line for each try (`-v=6`): method, URL, status, time. Never a header or a body. */
  readonly log?: (line: string) => void;
  readonly userAgent?: string;
}

export interface Ask {
  readonly query?: Readonly<Record<string, string>>;
  /** Metadata of the objects only, as the API's PartialObjectMetadata and its list. */
  readonly metadataOnly?: boolean;
  readonly patience?: Patience;
  /**
   * Of a list: takes the place of its objects, each as it comes, so that a page is never held whole. May be called for objects
   * of an answer that breaks off and is asked for again.
   */
  readonly eachItem?: (item: unknown) => unknown;
  /**
   * With `eachItem`: the kind of the list's objects, if the server may answer in its binary form, which is shorter. Their bulky
   * fields that nobody keeps are left out, see `slim`. An answer that cannot be read without a loss is `damaged`.
   */
  readonly protobufKind?: ProtobufKind;
}

export interface TextAsk {
  readonly query: Readonly<Record<string, string>>;
  /** Which end stays of a text longer than `maxBytes`. */
  readonly keep: 'head' | 'tail';
  readonly maxBytes: number;
}

/** A log; `bytes` is its length before it was cut. */
export interface Text {
  readonly text: string;
  readonly bytes: number;
}

/** Reads one cluster. Failures are data; only a UserError about credentials or the signal's reason is thrown. */
export interface Api {
  /** The kubeconfig context, `in-cluster`, or the server where no context is used. */
  readonly context: string;
  readonly server: string;
  /** A target, or a path that is no resource, such as `/version`. */
  readonly getJson: (target: Target | string, ask?: Ask) => Promise<Outcome<unknown>>;
  readonly getText: (target: Target, ask: TextAsk) => Promise<Outcome<Text>>;
  readonly post: (target: Target, body: unknown) => Promise<Outcome<unknown>>;
  /** The API server's own time in its newest answer, RFC 3339; null before the first. */
  readonly serverTime: () => string | null;
}
