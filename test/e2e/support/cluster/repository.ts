import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { isObject } from '../../../support/json.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { Json } from '../kube-client.ts';

/** A file that stands for a Git repository: what is saved in it is committed. */
export interface Repository {
  readonly file: string;
  /** The newest commit; its document is null where the file is no YAML object. */
  readonly read: () => Commit;
  readonly commit: (document: Json) => void;
}

export interface Commit {
  readonly revision: string;
  readonly document: Json | null;
}

const parsed = (text: string): Json | null => {
  try {
    const value: unknown = parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null; // somebody is in the midst of writing
  }
};

/** The repository of a cluster with one file of that name in it; it goes with the cluster. */
export function repositoryOf({ programs }: ControlPlane, name: string): Repository {
  const file = path.join(programs.folder, 'repository', name);
  return {
    file,
    read: () => {
      const text = readFileSync(file, 'utf8');
      return {
        revision: createHash('sha1').update(text).digest('hex'),
        document: parsed(text),
      };
    },
    commit: (document) => {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, stringify(document));
    },
  };
}
