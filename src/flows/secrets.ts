/** What stands in answers and events where a secret is. */
export const hidden = '********';

type Path = readonly (string | number)[];
type Change = (secret: string, path: () => Path) => string;

/** What is a secret wherever it stands in an option: `auth.password`, a field of a body, a header, a query. */
const secretName =
  /^pass$|(password|passwd|pwd|passphrase|passcode|secret|secretkey|signingkey|token|jwt|apikey|accesskey|privatekey|authorization|credentials?|cookie)$/;
/** Names that say so of a header or a query only. */
const secretParameter = /^x?(auth|key|sig|signature)$/;

/** What says only where the secret is. */
const placeholdersOnly = /^((basic|bearer|token) )?(\$\{[^}]{1,128}\})+$/i;

/** Deeper than anything that is stored: what is below is hidden as a whole. */
const deepest = 256;

/** The same, with its secrets hidden: what a flow, an activeflow or an action shows of itself. Hiding twice changes nothing. */
export function withoutSecrets<T>(value: T): T {
  return mapSecrets(value, (secret) => (placeholdersOnly.test(secret) ? secret : hidden));
}

/** The same for an option with its values, in which nothing is a placeholder any more. */
export function withoutSecretValues<T>(value: T): T {
  return mapSecrets(value, () => hidden);
}

/** Where in an option a secret stands itself. */
export function secretsIn(option: unknown): readonly Path[] {
  return pathsOf(option, (secret) => !placeholdersOnly.test(secret));
}

/** Where something stands that hides a secret, and is none. */
export function hiddenIn(value: unknown): readonly Path[] {
  return pathsOf(value, (secret) => secret === hidden);
}

function pathsOf(value: unknown, isMeant: (secret: string) => boolean): readonly Path[] {
  const paths: Path[] = [];
  mapSecrets(value, (secret, path) => {
    if (isMeant(secret)) paths.push(path());
    return secret;
  });
  return paths;
}

/** Where a part of an option is. */
interface Place {
  readonly depth: number;
  readonly key: string | number;
  readonly around: Place | undefined;
}

function pathTo(place: Place | undefined): Path {
  return place ? [...pathTo(place.around), place.key] : [];
}

/** What has nothing to change is handed back as it is: so is most of what there is. */
function mapSecrets<T>(value: T, change: Change): T {
  const visit = (part: unknown, place: Place | undefined, isSecret: boolean): unknown => {
    const found = (secret: string): string => change(secret, () => pathTo(place));
    if (typeof part === 'string') {
      if (part === '') return part;
      return isSecret ? found(part) : inUrl(part, found);
    }
    if (typeof part === 'number' && isSecret) return found(String(part));
    const depth = (place?.depth ?? 0) + 1;
    if (Array.isArray(part)) {
      const items = part.map((item, key) => visit(item, { depth, key, around: place }, isSecret));
      return items.every((item, index) => item === part[index]) ? part : items;
    }
    if (!isObject(part)) return part;
    if (depth > deepest + 1) return hidden;
    const named = isEntry(part) && isParameter(part.name);
    return mapValues(part, (child, key) =>
      visit(child, { depth, key, around: place }, secretName.test(plain(key)) || (named && key === 'value')),
    );
  };
  return visit(value, undefined, false) as T; // the same shape
}

/** A password before the host, and values of the query. */
function inUrl(text: string, change: (secret: string) => string): string {
  if (!/^(https?|wss?):/i.test(text)) return text;
  return text
    .replace(
      /^([a-z]+:\/\/[^/?#@:]*:)([^/?#@]+)(?=@)/i,
      (_, before: string, secret: string) => before + change(secret),
    )
    .replace(/([?&])([^=&#]+)=([^&#]+)/g, (whole, mark: string, name: string, secret: string) =>
      isParameter(name) ? `${mark}${name}=${change(secret)}` : whole,
    );
}

/** Whether what has this name is a secret. */
export function namesSecret(name: string): boolean {
  return secretName.test(plain(name));
}

function isParameter(name: string): boolean {
  return secretName.test(plain(name)) || secretParameter.test(plain(name));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

export function isEntry(value: unknown): value is { readonly name: string; readonly value: unknown } {
  return isObject(value) && typeof value.name === 'string' && 'value' in value;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Entries stay own ones, whatever they are called; where none changes it is the same object. */
export function mapValues(
  value: Readonly<Record<string, unknown>>,
  change: (child: unknown, key: string) => unknown,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(value);
  let isChanged = false;
  for (const entry of entries) {
    const [key, child] = entry;
    entry[1] = change(child, key);
    isChanged ||= entry[1] !== child;
  }
  return isChanged ? Object.fromEntries(entries) : value;
}
