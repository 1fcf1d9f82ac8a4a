import type { Problem } from '../../core/errors.ts';
import { addressesOf } from '../written-addresses.ts';
import type { WrittenList } from './list.ts';

/** What people write between the digits of a number. */
const separators = /[\s\-./()]/g;
const number = /^\+?[0-9*]{1,32}$/;

/** Telephone numbers as they stand on a card: nobody can be called by them, blanks and all. */
export function numbersWithBlanks({ actions }: WrittenList): readonly Problem[] {
  return actions.flatMap(({ path, option }) =>
    addressesOf(option).flatMap(({ path: place, type, target }) => {
      const plain = target.replace(separators, '');
      if ((type !== 'tel' && type !== 'extension') || plain === target || !number.test(plain)) return [];
      const message = `a number is written without blanks or other signs between its digits: ${plain}`;
      return [{ path: `${path}.${place}`, message }];
    }),
  );
}
