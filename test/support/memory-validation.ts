import type { CustomResourceDefinition, KubeObject } from '../../internal/model/kubernetes.ts';
import type { Refused } from '../../internal/model/cluster.ts';
import { isObject } from './json.ts';
import { cause, refusal } from './memory-answers.ts';
import { isSame } from './memory-store.ts';

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly { readonly message?: string }[];
}

interface Faults {
  readonly unknown: string[];
  readonly invalid: { readonly field: string; readonly message: string }[];
}

const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return value === null ? 'null' : typeof value;
}

const isOfType = (schema: Schema, value: unknown): boolean =>
  schema.type === undefined ||
  schema['x-kubernetes-int-or-string'] === true ||
  typeOf(value) === schema.type ||
  (schema.type === 'number' && typeof value === 'number');

function walk(schema: Schema, value: unknown, path: string, faults: Faults): void {
  if (value === null || value === undefined) return;
  if (!isOfType(schema, value)) {
    const message = `Invalid value: "${typeOf(value)}": must be of type ${schema.type}`;
    faults.invalid.push({ field: path, message });
    return;
  }
  if (schema.enum && !schema.enum.includes(value))
    faults.invalid.push({ field: path, message: `Unsupported value: ${JSON.stringify(value)}` });
  if (Array.isArray(value) && schema.items)
    for (const [index, item] of value.entries())
      walk(schema.items, item, `${path}[${index}]`, faults);
  if (!isObject(value) || !schema.properties) return;
  checkRules(schema, value, path, faults);
  for (const [name, part] of Object.entries(value)) {
    const own = schema.properties[name];
    if (own) walk(own, part, under(path, name), faults);
    else if (!schema['x-kubernetes-preserve-unknown-fields'])
      faults.unknown.push(under(path, name));
  }
}

// The only rule that there is: at most one of the fields of an autodetection is in effect.
function checkRules(
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
  path: string,
  faults: Faults,
): void {
  const isSet = (part: unknown): boolean => (Array.isArray(part) ? part.length > 0 : Boolean(part));
  if (Object.values(value).filter(isSet).length < 2) return;
  for (const { message = '' } of schema['x-kubernetes-validations'] ?? [])
    faults.invalid.push({ field: path, message });
}

/** The schema that a CustomResourceDefinition has for the version of an object; null where it says nothing. */
function schemaOf(definition: KubeObject, { apiVersion = '' }: KubeObject): Schema | null {
  const { spec } = definition as CustomResourceDefinition;
  const version = spec?.versions?.find(({ name }) => name === apiVersion.split('/')[1]);
  const schema = version?.schema?.['openAPIV3Schema'];
  return isObject(schema) ? schema : null;
}

// The fields of a pod template that somebody may want to write; what is misspelt is in none of them.
const probeFields =
  'exec httpGet tcpSocket grpc initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold terminationGracePeriodSeconds';
const containerFields =
  'name image command args workingDir ports envFrom env resources volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext stdin stdinOnce tty resizePolicy restartPolicy';
const podFields =
  'volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName serviceAccount automountServiceAccountToken nodeName hostNetwork hostPID hostIPC hostUsers shareProcessNamespace securityContext imagePullSecrets hostname subdomain affinity schedulerName tolerations hostAliases priorityClassName priority dnsConfig readinessGates runtimeClassName enableServiceLinks preemptionPolicy overhead topologySpreadConstraints setHostnameAsFQDN os';

const open: Schema = {};
const fields = (names: string, own: Readonly<Record<string, Schema>> = {}): Schema => ({
  type: 'object',
  properties: { ...Object.fromEntries(names.split(' ').map((name) => [name, open])), ...own },
});

const integer: Schema = { type: 'integer' };
const probeNumbers = probeFields.split(' ').filter((name) => /Seconds$|Threshold$/.test(name));
const probeSchema = fields(
  probeFields,
  Object.fromEntries(probeNumbers.map((name) => [name, integer])),
);
const containers: Schema = {
  type: 'array',
  items: fields(containerFields, {
    env: { type: 'array', items: fields('name value valueFrom', { value: { type: 'string' } }) },
    livenessProbe: probeSchema,
    readinessProbe: probeSchema,
    startupProbe: probeSchema,
  }),
};
const templateSchema = fields('metadata', {
  spec: fields(podFields, { containers, initContainers: containers }),
});

const builtIn: Readonly<Record<string, Schema>> = {
  DaemonSet: fields('apiVersion kind metadata status', {
    spec: fields('selector updateStrategy', {
      template: templateSchema,
      minReadySeconds: integer,
      revisionHistoryLimit: integer,
    }),
  }),
  Deployment: fields('apiVersion kind metadata status', {
    spec: fields(
      'replicas selector strategy minReadySeconds revisionHistoryLimit paused progressDeadlineSeconds',
      { template: templateSchema, replicas: integer },
    ),
  }),
  Node: fields('apiVersion kind metadata status', {
    spec: fields('podCIDR podCIDRs providerID unschedulable taints configSource externalID', {
      unschedulable: { type: 'boolean' },
    }),
  }),
};

const listOf = (value: unknown, name: string): readonly Readonly<Record<string, unknown>>[] => {
  const list = isObject(value) ? value[name] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
};

function checkTemplate(spec: unknown, faults: Faults): void {
  const template = isObject(spec) && isObject(spec['template']) ? spec['template']['spec'] : null;
  for (const list of ['initContainers', 'containers']) {
    for (const [index, one] of listOf(template, list).entries()) {
      const place = `spec.template.spec.${list}[${index}]`;
      for (const [number, { value, valueFrom }] of listOf(one, 'env').entries()) {
        if (valueFrom === undefined || value === undefined || value === '') continue;
        const message = 'Invalid value: "": may not be specified when `value` is not empty';
        faults.invalid.push({ field: `${place}.env[${number}].valueFrom`, message });
      }
      for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'])
        checkProbe(one[name], `${place}.${name}`, name === 'readinessProbe', faults);
    }
  }
}

function checkProbe(probe: unknown, place: string, mayRepeat: boolean, faults: Faults): void {
  if (!isObject(probe)) return;
  for (const name of probeNumbers) {
    const value = probe[name];
    if (typeof value === 'number' && value < 0)
      faults.invalid.push({ field: `${place}.${name}`, message: `Invalid value: ${value}` });
  }
  const { successThreshold } = probe;
  if (!mayRepeat && typeof successThreshold === 'number' && successThreshold > 1)
    faults.invalid.push({ field: `${place}.successThreshold`, message: 'must be 1' });
}

function checkTexts({ metadata }: KubeObject, faults: Faults): void {
  for (const place of ['labels', 'annotations'] as const)
    for (const [name, value] of Object.entries<unknown>(metadata[place] ?? {}))
      if (typeof value !== 'string')
        faults.invalid.push({ field: `metadata.${place}.${name}`, message: 'must be a string' });
}

function checkUpdate(before: KubeObject | null, after: KubeObject, faults: Faults): void {
  if (after.kind !== 'DaemonSet' && after.kind !== 'Deployment') return;
  const spec: unknown = Reflect.get(after, 'spec');
  checkTemplate(spec, faults);
  const old: unknown = before && Reflect.get(before, 'spec');
  const selector = (value: unknown): unknown => (isObject(value) ? value['selector'] : undefined);
  if (before && !isSame(selector(old), selector(spec)))
    faults.invalid.push({ field: 'spec.selector', message: 'field is immutable' });
}

/**
 * Strict field validation (fields that nobody knows: 422 in a patch, 400 in a new object) and the rules of the kind (422); null
 * where the object is good.
 * Custom resources are judged by the schema of their definition, if the cluster has it.
 */
export function validate(
  before: KubeObject | null,
  after: KubeObject,
  definition: KubeObject | null,
): Refused | null {
  const faults: Faults = { unknown: [], invalid: [] };
  const schema = definition ? schemaOf(definition, after) : builtIn[after.kind];
  const { apiVersion, kind, metadata, ...rest } = after as KubeObject & Record<string, unknown>;
  void [apiVersion, kind, metadata];
  const own = schema?.properties;
  if (own) walk({ ...schema, properties: own }, rest, '', faults);
  if (faults.unknown.length > 0) {
    const told = faults.unknown.map((path) => `unknown field "${path}"`).join(', ');
    return refusal(before ? 422 : 400, `strict decoding error: ${told}`);
  }
  checkTexts(after, faults);
  checkUpdate(before, after, faults);
  if (faults.invalid.length === 0) return null;
  const told = faults.invalid.map(({ field, message }) => `${field}: ${message}`).join(', ');
  return refusal(422, `${kind} "${metadata.name}" is invalid: ${told}`, {
    causes: faults.invalid.map(({ field, message }) => cause('FieldValueInvalid', field, message)),
  });
}
