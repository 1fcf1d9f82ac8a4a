import type { PrefixRule, TrunkRecord } from './trunk-record.ts';

/** A trunk that takes a number, and the number as it wants it. */
export interface Route {
  readonly trunk: TrunkRecord;
  readonly number: string;
}

const telephone = /^\+?[0-9*]{1,32}$/;

const any: readonly PrefixRule[] = [{ prefix: '', strip: 0, prepend: '' }];

/** The trunks that take a number: those with the longest prefix first, of them the lowest order, of them the oldest. */
export function routesTo(number: string, trunks: readonly TrunkRecord[]): readonly Route[] {
  return trunks
    .flatMap((trunk) => {
      const route = routeBy(trunk, number);
      return route ? [route] : [];
    })
    .sort((one, other) => other.length - one.length || one.trunk.order - other.trunk.order);
}

function routeBy(trunk: TrunkRecord, number: string): (Route & { readonly length: number }) | undefined {
  const { prefixes } = trunk;
  const [longest] = (prefixes.length === 0 ? any : prefixes)
    .filter(({ prefix }) => number.startsWith(prefix))
    .sort((one, other) => other.prefix.length - one.prefix.length);
  if (!longest) return undefined;
  const { prefix, strip, prepend } = longest;
  const wanted = `${prepend}${number.slice(strip)}`;
  return telephone.test(wanted) ? { trunk, number: wanted, length: prefix.length } : undefined;
}
