import { ConfigurationError } from '../core/errors.ts';

/** Values of a template's `@@NAME@@`; a line that names a missing value is left out. */
export type TemplateValues = Readonly<Record<string, string | undefined>>;

const placeholder = /@@([A-Z_]+)@@/g;

/**
 * Fills `@@NAME@@`. A line whose value is undefined is left out, and so are the lines from `;if NAME` to `;end`.
 * @throws ConfigurationError when the template asks for a name that nobody knows, or a block is not closed.
 */
export function fillTemplate(text: string, values: TemplateValues, file: string): string {
  const lines: string[] = [];
  let block: { name: string; isKept: boolean } | undefined;
  for (const line of text.split('\n')) {
    const opening = /^;if ([A-Z_]+)$/.exec(line)?.[1];
    if (opening !== undefined) {
      if (block) throw new ConfigurationError(`${file}: ;if ${opening} inside ;if ${block.name}`);
      block = { name: opening, isKept: valueFor(opening, values, file) !== undefined };
    } else if (line === ';end') {
      block = undefined;
    } else if (block?.isKept !== false) {
      const filled = fillLine(line, values, file);
      if (filled !== undefined) lines.push(filled);
    }
  }
  if (block) throw new ConfigurationError(`${file}: ;if ${block.name} has no ;end`);
  return lines.join('\n');
}

function fillLine(line: string, values: TemplateValues, file: string): string | undefined {
  if (line.startsWith(';')) return line;
  const rest = line.replace(placeholder, '');
  if (rest.includes('@@')) throw new ConfigurationError(`${file}: not a placeholder: ${line}`);
  const names = [...line.matchAll(placeholder)].map((match) => match[1] ?? '');
  if (names.some((name) => valueFor(name, values, file) === undefined)) return undefined;
  return line.replace(placeholder, (_, name: string) => values[name] ?? '');
}

function valueFor(name: string, values: TemplateValues, file: string): string | undefined {
  if (!(name in values)) throw new ConfigurationError(`${file}: nothing is known of @@${name}@@`);
  const value = values[name];
  // In Asterisk's files `;` starts a comment: half of such a path would count.
  if (value?.includes(';')) throw new ConfigurationError(`${file}: ${name} must not contain \`;\``);
  return value;
}
