import { messageOf } from '../core/errors.ts';
import { type Place, parsedWithLines, placeAt, placeText } from './places.ts';

/** What stands there cannot be read. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly place: Place;

  constructor(message: string, place: Place) {
    super(message);
    this.place = place;
  }
}

/** `flows/line.json:3:9: …`; without the place where it is a matter of the whole file. */
export function problemIn(file: string, error: unknown): string {
  if (error instanceof RangeError) return `${file}: nested too deeply, or in itself`; // of the stack
  const { code } = error as { readonly code?: unknown };
  if (code === 'ENOENT') return `${file}: there is no such file or folder`;
  return `${error instanceof Unreadable ? placeText(file, error.place) : file}: ${messageOf(error)}`;
}

/** @throws Error where it is no text of ours */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes); // without the mark that some editors write in front
  } catch {
    throw new Error('expected UTF-8');
  }
}

/** What a file of JSON or YAML says. @throws Error also where it could be read in two ways */
export function contentOf(text: string, isJson: boolean): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  return isJson ? ofJson(plain) : ofYaml(plain);
}

/** JSON takes the last of two keys that are the same, and says nothing. */
function ofJson(text: string): unknown {
  const content = parsed(text);
  const { document, lines } = parsedWithLines(text);
  const twice = document.errors.find(({ code }) => code === 'DUPLICATE_KEY');
  if (twice) throw new Unreadable('this key stands here twice', placeAt(lines, twice.pos[0]));
  return content;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = error.message.replace(
      / in JSON at position .*| ?,? (\.\.\.)?".*" is not valid JSON$/s,
      '',
    );
    throw new Unreadable(`expected JSON: ${message}`, placeAt(parsedWithLines(text).lines, mistakeIn(text)));
  }
}

/** Of a text that is no JSON how many characters could be the beginning of some. */
function mistakeIn(text: string): number {
  let [good, bad] = [0, text.length];
  if (isBeginning(text)) return text.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isBeginning(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

/** All that is wrong with it is that it ends. */
function isBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const [, at] = /at position (\d+)/.exec(messageOf(error)) ?? [];
    return at === undefined ? /end of JSON input/.test(messageOf(error)) : Number(at) === text.length;
  }
}

/** A tag that is not known means something to somebody, and not what is left of it. */
function ofYaml(text: string): unknown {
  const { document, lines } = parsedWithLines(text);
  const [wrong] = [...document.errors, ...document.warnings];
  if (!wrong) return document.toJS();
  const message =
    wrong.code === 'MULTIPLE_DOCS'
      ? 'expected one document: here another one begins'
      : wrong.code === 'DUPLICATE_KEY'
        ? 'this key stands here twice'
        : wrong.message;
  throw new Unreadable(message, placeAt(lines, wrong.pos[0]));
}
