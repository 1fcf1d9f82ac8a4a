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
    const length = text.slice(start + 2, next).indexOf('}');
    if (length === -1) return '`${` without a `}`: no value takes its place';
    if (length === 0) return '`${}` names no variable: it stays as it is';
    return length > longestName ? 'a name is at most 128 characters long: this stays as it is' : '';
  });
  return [...new Set(faults)].filter((fault) => fault !== '');
}

const longestName = 128;
