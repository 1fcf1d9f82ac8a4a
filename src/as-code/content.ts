import { parseDocument } from 'yaml';
import { messageOf } from '../core/errors.ts';

/** What a file of JSON or YAML says. @throws Error also where it could be read in two ways */
export function contentOf(text: string, isJson: boolean): unknown {
  const plain = text.replace(/^\uFEFF/, ''); // as some editors write it
  return isJson ? ofJson(plain) : ofYaml(plain);
}

/** JSON takes the last of two keys that are the same, and says nothing. */
function ofJson(text: string): unknown {
  const content: unknown = JSON.parse(text);
  const twice = parseDocument(text).errors.find(({ code }) => code === 'DUPLICATE_KEY');
  if (twice) throw new Error(messageOf(twice));
  return content;
}

/** A tag that is not known means something to somebody, and not what is left of it. */
function ofYaml(text: string): unknown {
  const document = parseDocument(text);
  const [wrong] = [...document.errors, ...document.warnings];
  if (wrong) throw new Error(messageOf(wrong));
  return document.toJS();
}
