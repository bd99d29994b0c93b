/** Who somebody is to the API server: a bearer token, or a client certificate with its key (PEM). */
export type Credentials =
  | { readonly token: string }
  | { readonly cert: string; readonly key: string };

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A kubeconfig as JSON, which is YAML too. `name` is that of its only context, cluster and user. */
export function kubeconfigText(
  name: string,
  server: string,
  authority: string,
  credentials: Credentials,
): string {
  const user =
    'token' in credentials
      ? { token: credentials.token }
      : {
          'client-certificate-data': base64(credentials.cert),
          'client-key-data': base64(credentials.key),
        };
  const cluster = { server, 'certificate-authority-data': base64(authority) };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster }],
    users: [{ name, user }],
  });
}
