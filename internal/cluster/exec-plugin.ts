import { spawn } from 'node:child_process';
import { UserError } from '../model/error.ts';
import { isList, isRecord } from './json.ts';
import { textOf } from './kubeconfig.ts';
import type { Raw } from './kubeconfig-files.ts';
import type { Environment } from './proxy.ts';

/** What an exec plugin gave: a token, or a client certificate with its key (PEM), or both. */
export interface Credential {
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Milliseconds since 1970; null if it does not say. */
  readonly expiresAt: number | null;
}

export interface PluginPlace {
  readonly env: Environment;
  /** True if a person may answer questions on standard input. */
  readonly isInteractive: boolean;
}

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

const clusterFields = [
  'server',
  'tls-server-name',
  'insecure-skip-tls-verify',
  'certificate-authority-data',
  'proxy-url',
];

// What the plugin may know of the cluster (client-go pkg/apis/clientauthentication, ExecCredentialSpec and Cluster).
function execInfo(plugin: Raw, cluster: Raw, interactive: boolean): string {
  const known = clusterFields.filter((field) => field in cluster);
  const about = Object.fromEntries(known.map((field) => [field, cluster[field]]));
  const spec = {
    interactive,
    ...(plugin['provideClusterInfo'] === true ? { cluster: about } : {}),
  };
  return JSON.stringify({ kind: 'ExecCredential', apiVersion: plugin['apiVersion'], spec });
}

function environmentOf(plugin: Raw, env: Environment, info: string): NodeJS.ProcessEnv {
  const own = (isList(plugin['env']) ? plugin['env'] : []).flatMap((item): [string, string][] =>
    isRecord(item) ? [[textOf(item['name']), textOf(item['value'])]] : [],
  );
  return { ...env, ...Object.fromEntries(own), KUBERNETES_EXEC_INFO: info };
}

function credentialOf(output: string, command: string): Credential {
  const broken = (what: string, cause?: unknown): UserError =>
    new UserError(`The login plugin ${command} ${what}`, {
      cause,
      hint: 'Run "kubectl get nodes" to see whether kubectl can use it.',
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(output);
  } catch (cause) {
    throw broken('printed something that is not JSON', cause);
  }
  const status = isRecord(parsed) ? parsed['status'] : undefined;
  if (!isRecord(status)) throw broken('gave no credentials');
  const token = textOf(status['token']);
  const certificate = textOf(status['clientCertificateData']);
  const key = textOf(status['clientKeyData']);
  if (token === '' && (certificate === '' || key === '')) throw broken('gave no credentials');
  const expiresAt = Date.parse(textOf(status['expirationTimestamp']));
  return {
    ...(token === '' ? {} : { token }),
    ...(certificate === '' ? {} : { certificate, key }),
    expiresAt: Number.isNaN(expiresAt) ? null : expiresAt,
  };
}

function checkPlugin(plugin: Raw, command: string, isInteractive: boolean): void {
  if (command === '') throw new UserError('The kubeconfig names a login plugin without a command');
  const version = textOf(plugin['apiVersion']);
  if (!versions.includes(version)) {
    throw new UserError(`The login plugin ${command} speaks "${version}"`, {
      hint: `kubectl and this tool speak ${versions.join(' and ')}: a newer plugin or kubeconfig is needed.`,
    });
  }
  if (plugin['interactiveMode'] === 'Always' && !isInteractive) {
    throw new UserError(`The login plugin ${command} needs a person at a terminal`, {
      hint: 'Run this command with a terminal as standard input.',
    });
  }
}

/**
 * Runs the exec plugin of a kubeconfig user as kubectl does: with KUBERNETES_EXEC_INFO, its messages straight to standard
 * error, and the terminal to itself where it may ask. (The client library's own runner does none of the three and starts
 * the plugin once for each request under way.) Throws a UserError if it gives nothing to log in with.
 */
export async function runPlugin(
  plugin: Raw,
  cluster: Raw,
  place: PluginPlace,
): Promise<Credential> {
  const command = textOf(plugin['command']);
  const isInteractive = place.isInteractive && plugin['interactiveMode'] !== 'Never';
  checkPlugin(plugin, command, isInteractive);
  const info = execInfo(plugin, cluster, isInteractive);
  const args = (isList(plugin['args']) ? plugin['args'] : []).map(String);
  const output = await new Promise<string>((resolve, reject) => {
    const child = spawn(command, args, {
      env: environmentOf(plugin, place.env, info),
      stdio: [isInteractive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
    });
    const fail = (what: string, cause?: unknown): void =>
      reject(
        new UserError(`The login plugin ${command} ${what}`, {
          cause,
          hint: textOf(plugin['installHint']).trim(),
        }),
      );
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', (cause) => fail(`could not be run: ${cause.message}`, cause));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
      else fail(code === null ? `was ended by ${signal}` : `failed with exit code ${code}`);
    });
  });
  return credentialOf(output, command);
}
