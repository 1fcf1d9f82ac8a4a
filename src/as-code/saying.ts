import type { Problem } from '../core/errors.ts';
import { placesIn, placeText } from './places.ts';

/**
 * What says the problems of a file with their places: `menu.json:3:9: actions[0].type: …`. A file may be the list of actions alone. The text
 * is looked through again only where something is wrong.
 */
export function sayingIn(file: string, text: string, isList: boolean): (problem: Problem) => string {
  let placeOf: ReturnType<typeof placesIn> | undefined;
  return ({ path, message }) => {
    placeOf ??= placesIn(text);
    const own = isList ? path.replace(/^actions/, '') : path;
    return `${placeText(file, placeOf(own))}: ${own === '' ? '' : `${own}: `}${message}`;
  };
}
