import { createReadStream, existsSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export interface FileServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** The names of the files that were asked for. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

/** Serves the files of a folder on loopback, as a page of downloads would. */
export async function serveFolder(folder: string): Promise<FileServer> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const name = path.basename(request.url ?? '');
    asked.push(name);
    const file = path.join(folder, name);
    if (existsSync(file)) createReadStream(file).pipe(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const isBound = (value: typeof address): value is AddressInfo => typeof value === 'object';
  if (!isBound(address)) throw new Error('the file server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
