import type { Install } from '../../model/install.ts';
import { words } from './words.ts';

/** True where what a change goes to was written with `kubectl apply`: the next one of the same file may take the change back. */
export const isAppliedFromFile = ({ owner, action, reasons }: Install): boolean =>
  owner === 'user' &&
  action === 'apply' &&
  reasons.some((reason) => reason.endsWith(words.en.appliedByHand('')));

/** True where Flux makes the objects from a chart (HelmRelease), not from files (Kustomization). */
export const isOfHelmRelease = ({ owner, reasons }: Install): boolean =>
  owner === 'flux' && reasons.some((reason) => reason.includes('helm.toolkit.fluxcd.io/'));
