import type { Problem } from '../../core/errors.ts';
import { textsOf } from '../written.ts';
import type { WrittenList } from './list.ts';

/** `${` that begins no placeholder: it is said, sent or shown as it stands. */
export function brokenPlaceholders({ actions }: WrittenList): readonly Problem[] {
  return actions.flatMap(({ path, option }) =>
    textsOf(option).flatMap(({ path: place, text }) =>
      faultsIn(text).map((message) => ({ path: `${path}.${place}`, message })),
    ),
  );
}

function faultsIn(text: string): string[] {
  const starts = [...text.matchAll(/\$\{/g)].map(({ index }) => index);
  const faults = starts.map((start, number) => {
    const next = starts[number + 1] ?? text.length;
    const end = text.indexOf('}', start);
    if (end === -1 || end > next) return '`${` without a `}`: no value takes its place';
    if (end === start + 2) return '`${}` names no variable: it stays as it is';
    return end - start - 2 > longestName ? 'a name is at most 128 characters long: this stays as it is' : '';
  });
  return [...new Set(faults)].filter((fault) => fault !== '');
}

const longestName = 128;
