import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { gunzipSync } from 'node:zlib';

/** A whole answer, as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** The body of an answer; the API server compresses long ones. */
export const contentOf = ({ headers, body }: Answer): Buffer =>
  headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;

export type Forward = (
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
) => Promise<Answer>;

/** Reads a message to its end. */
export async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

// What belongs to one connection and not to the message (RFC 9110 7.6.1).
const ofConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'expect']);

const endToEnd = (headers: IncomingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.has(name)));

/** Hands requests on to a server over connections of its own. */
export function forwarder({
  server,
  authority,
}: {
  readonly server: string;
  readonly authority: string;
}): { readonly forward: Forward; readonly close: () => void } {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 32 });
  const open = (method: string, url: string, headers: IncomingHttpHeaders, body: Buffer) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const options = { method, agent, ca: authority, headers: endToEnd(headers) };
      const request = https.request(`${server}${url}`, options, resolve);
      request.once('error', reject);
      request.end(body);
    });
  const forward: Forward = async (...request) => {
    const response = await open(...request);
    const body = await bodyOf(response);
    const length = { 'content-length': String(body.length) };
    const headers = { ...endToEnd(response.headers), ...length };
    return { status: response.statusCode ?? 0, headers, body };
  };
  return { forward, close: () => agent.destroy() };
}
