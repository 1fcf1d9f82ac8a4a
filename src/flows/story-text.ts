import { hidden, namesSecret, withoutSecretValues } from './secrets.ts';

/** A longer text is not kept. */
export const mostCharacters = 32_768;

/** A text as it may be kept: without the secrets in it, whatever form it has; nothing where that cannot be told. */
export function keptText(text: string): string | undefined {
  if (text.length > mostCharacters || text.startsWith('--')) return undefined;
  if (!/^\s*[[{]/.test(text)) return withoutFields(withoutElements(keptUrl(text)));
  try {
    const value: unknown = JSON.parse(text);
    const kept = withoutSecretValues(value);
    return kept === value ? text : JSON.stringify(kept);
  } catch {
    return undefined;
  }
}

/** A URL without the secrets in it. */
export function keptUrl(url: string): string {
  return withoutSecretValues(url);
}

/** `name=value&…` */
function withoutFields(text: string): string {
  return text.replace(/(^|&)([^=&\s]+)=([^&\s]+)/g, (whole, before: string, name: string) =>
    namesSecret(decoded(name)) ? `${before}${name}=${hidden}` : whole,
  );
}

/** Elements that hold a text. */
function withoutElements(text: string): string {
  return text.replace(
    /<([\w:.-]{1,64})(?![\w:.-])([^<>]*)>([^<>]+)(?=<\/)/g,
    (whole, name: string, rest: string) => (namesSecret(name) ? `<${name}${rest}>${hidden}` : whole),
  );
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
