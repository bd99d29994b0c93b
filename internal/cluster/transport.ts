import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { LoginOptions } from './connection.ts';
import { itemReader } from './item-reader.ts';
import {
  type ProtobufKind,
  protobufListReader,
  protobufType,
  statusJson,
} from './protobuf-list.ts';

/** One HTTP request. */
export interface Send {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What is kept of a body longer than `maxBytes`. `all`: nothing, it is an error. */
  readonly keep: 'all' | 'head' | 'tail';
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Of a list, with `keep` all: what is made of each of its objects, as it comes. */
  readonly eachItem?: (item: unknown) => unknown;
  /** What these objects are, where the server was asked for its binary form; it may answer in JSON all the same. */
  readonly protobufKind?: ProtobufKind;
  /** Told when there is a connection to the server: from then on the request may be received. */
  readonly onConnected?: () => void;
}

/** The answer, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Its `Warning` headers as they came. */
  readonly warnings: readonly string[];
  /** Of a list with `eachItem` without the objects, see `ItemList`; empty where one of them cannot be read. */
  readonly text: string;
  /** What `eachItem` made of them. */
  readonly items?: readonly unknown[];
  /** Bytes of the body as it was sent, before it was cut to `maxBytes`; of a `head` no more than were read. */
  readonly bytes: number;
}

/** The body is longer than the request allowed. */
export class BodyTooLong extends Error {
  constructor(maxBytes: number) {
    super(`the answer is longer than ${maxBytes} bytes`);
    this.name = 'BodyTooLong';
  }
}

/**
 * Sends one request and reads the whole answer. `options` carries what the connection needs: TLS, agent, credentials.
 * Rejects with the system's error if the connection fails or ends before the body does, and with the signal's reason.
 */
export async function exchange(send: Send, options: LoginOptions): Promise<Answer> {
  const message = await open(send, options);
  const isRefused = (message.statusCode ?? 0) >= 300;
  const { eachItem } = send;
  const body =
    eachItem && !isRefused ? readItems(message, send, eachItem) : readBody(message, send);
  const { statusCode: status = 0, headers, headersDistinct } = message;
  return { status, headers, warnings: headersDistinct['warning'] ?? [], ...(await body) };
}

function open(send: Send, options: LoginOptions): Promise<IncomingMessage> {
  const isPlain = send.url.protocol === 'http:';
  const client = isPlain ? http : https;
  return new Promise((resolve, reject) => {
    const request = client.request(
      send.url,
      {
        ...options,
        method: send.method,
        headers: { ...options.headers, ...send.headers, ...lengthOf(send) },
        signal: send.signal,
      },
      resolve,
    );
    request.once('error', reject);
    request.once('socket', (socket) => whenConnected(socket, isPlain, send.onConnected));
    request.end(send.body);
  });
}

// Node sends the body of a DELETE without saying how long it is, and the server would overlook it.
const lengthOf = ({ body }: Send): Readonly<Record<string, string>> =>
  body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };

// A socket that is not connecting was used before, or a proxy's: it is taken for connected.
function whenConnected(socket: Socket, isPlain: boolean, tell?: () => void): void {
  if (!tell) return;
  if (socket.connecting) socket.once(isPlain ? 'connect' : 'secureConnect', tell);
  else tell();
}

const isProtobuf = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.startsWith(protobufType) === true;

async function readBody(
  message: IncomingMessage,
  { keep, maxBytes }: Send,
): Promise<Pick<Answer, 'text' | 'bytes'>> {
  let chunks: Buffer[] = [];
  let kept = 0;
  let bytes = 0;
  for await (const chunk of decoded(message)) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    kept += chunk.length;
    bytes += chunk.length;
    if (kept <= maxBytes) continue;
    if (keep === 'all') throw new BodyTooLong(maxBytes);
    if (keep === 'head') break;
    // Twice the amount before cutting, so that a long log is not copied again with every chunk.
    if (kept > 2 * maxBytes) {
      chunks = [Buffer.concat(chunks).subarray(-maxBytes)];
      kept = maxBytes;
    }
  }
  const whole = Buffer.concat(chunks);
  const cut = keep === 'tail' ? whole.subarray(-maxBytes) : whole.subarray(0, maxBytes);
  return { text: isProtobuf(message) ? statusJson(cut) : cut.toString('utf8'), bytes };
}

async function readItems(
  message: IncomingMessage,
  { maxBytes, protobufKind }: Send,
  eachItem: (item: unknown) => unknown,
): Promise<Pick<Answer, 'text' | 'items' | 'bytes'>> {
  const reader =
    protobufKind && isProtobuf(message)
      ? protobufListReader(protobufKind, eachItem)
      : itemReader(eachItem);
  let bytes = 0;
  for await (const chunk of decoded(message)) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > maxBytes) throw new BodyTooLong(maxBytes);
    reader.push(chunk);
  }
  const list = reader.finish();
  return { text: list?.envelope ?? '', items: list?.items ?? [], bytes };
}

// An end before its time shows as an error of `message`, which pipe() does not hand on.
function decoded(message: IncomingMessage): Readable {
  if (message.headers['content-encoding'] !== 'gzip') return message;
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  message.once('error', (error) => gunzip.destroy(error));
  return message.pipe(gunzip);
}
