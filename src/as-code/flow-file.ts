import { readFile, stat } from 'node:fs/promises';
import type { Problem } from '../core/errors.ts';
import { contentOf, problemIn, textOf } from './content.ts';
import { sayingIn } from './saying.ts';
import { type Fields, isFields } from './values.ts';

/** A flow in a file: a list of actions, or a flow as the API takes it, in JSON or YAML. */
export interface FlowFile {
  readonly fields: Fields;
  /** What is wrong with it, with its place: `menu.json:3:9: actions[0].type: …`; paths as the file has them. */
  readonly said: (problem: Problem) => string;
}

/** More than any flow that is taken. */
const largest = 4_194_304;

/** @throws Error that says what is wrong with it, and where */
export async function readFlowFile(file: string): Promise<FlowFile> {
  try {
    const there = await stat(file);
    if (there.isDirectory())
      throw new Error('expected a file; a folder is checked by `ariflow apply --plan`');
    if (there.size > largest) throw new Error('longer than 4 MiB');
    const text = textOf(await readFile(file));
    const content = contentOf(text, !/\.ya?ml$/.test(file));
    const isList = Array.isArray(content);
    const fields = isList ? { actions: content } : content;
    if (!isFields(fields) || !('actions' in fields))
      throw new Error('expected a list of actions, or an object with one as actions');
    return { fields, said: sayingIn(file, text, isList) };
  } catch (error) {
    throw new Error(problemIn(file, error), { cause: error });
  }
}
