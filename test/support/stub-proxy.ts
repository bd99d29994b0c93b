import http from 'node:http';
import net, { type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface StubProxy {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** The destinations that were asked for, `HOST:PORT`. */
  readonly asked: readonly string[];
  readonly headers: readonly http.IncomingHttpHeaders[];
  readonly close: () => Promise<void>;
}

const addressOf = (server: net.Server): string => {
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
};

function join(a: Duplex, b: Duplex): void {
  a.pipe(b).pipe(a);
  a.once('error', () => b.destroy());
  b.once('error', () => a.destroy());
}

async function listen(server: net.Server, asked: string[], headers: http.IncomingHttpHeaders[]) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { host: addressOf(server), asked, headers, close };
}

/** An HTTP proxy on loopback that answers CONNECT and leads everything to one port, whatever name was asked for. */
export async function startHttpProxy(toPort: number): Promise<StubProxy> {
  const asked: string[] = [];
  const headers: http.IncomingHttpHeaders[] = [];
  const server = http.createServer();
  server.on('connect', (request, client) => {
    asked.push(request.url ?? '');
    headers.push(request.headers);
    const target = net.connect(toPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      join(client, target);
    });
  });
  return await listen(server, asked, headers);
}

/** A SOCKS 5 proxy (RFC 1928, no login) on loopback that leads everything to one port. */
export async function startSocksProxy(toPort: number): Promise<StubProxy> {
  const asked: string[] = [];
  const server = net.createServer((client) => {
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (request: Buffer) => {
        const length = request[4] ?? 0;
        const name = request.subarray(5, 5 + length).toString();
        asked.push(`${name}:${request.readUInt16BE(5 + length)}`);
        const target = net.connect(toPort, '127.0.0.1', () => {
          client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
          join(client, target);
        });
      });
    });
  });
  return await listen(server, asked, []);
}
