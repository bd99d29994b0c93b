import type { Install } from '../model/install.ts';
import type { Action } from '../model/remedy.ts';
import { durablePlace } from './durable.ts';

/**
 * How a change of a Calico object that only commands describe is to be made: by a person where it lasts in the cluster, else as
 * the owner of the installation demands.
 */
export const actionByHand = ({ action }: Install): Action =>
  action === 'apply' || action === 'apply-temporary' ? 'manual' : action;

/** A remark where the change has to be made to last; nothing where the cluster itself is that place. */
export const lastingRemark = (install: Install): readonly string[] =>
  install.action === 'apply' && install.owner === 'user'
    ? []
    : [`# written by another hand: to last, it has to be in ${durablePlace(install)}`];
