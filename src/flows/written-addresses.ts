import { fixedText, listIn, objectIn, type Reference, type WrittenOption } from './written.ts';

/** An address as it is written, without placeholders in it. */
export interface WrittenAddress {
  /** Where its target stands in the option. */
  readonly path: string;
  readonly type: string;
  readonly target: string;
}

/** Who calls and who is called, as `connect` and `call` say it. */
export function addressesOf({ source, destinations }: WrittenOption): readonly WrittenAddress[] {
  const places: [string, unknown][] = [
    ['source', source],
    ...listIn(destinations).map((each, index): [string, unknown] => [`destinations[${index}]`, each]),
  ];
  return places.map(([path, value]) => {
    const { type, target } = objectIn(value);
    return { path: `${path}.target`, type: fixedText(type), target: fixedText(target) };
  });
}

/** The agents among them. */
export function agentsOf(option: WrittenOption): readonly Reference[] {
  return addressesOf(option).flatMap(({ path, type, target }) =>
    type === 'agent' && target !== '' ? [{ path, kind: 'agent' as const, id: target }] : [],
  );
}
