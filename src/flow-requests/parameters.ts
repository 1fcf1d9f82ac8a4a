/** Variables by what they are about, for `parameters`. */
export interface Parameters {
  readonly call?: Readonly<Record<string, string>>;
  readonly flow?: Readonly<Record<string, string>>;
  readonly user?: Readonly<Record<string, string>>;
}

export type ParameterKind = keyof Parameters;

export const allParameters: readonly ParameterKind[] = ['call', 'flow', 'user'];

export interface Known {
  /** What the flow has set, and what is kept with its contact. */
  readonly set: Readonly<Record<string, string>>;
  /** What it can read of its call. */
  readonly ofCall: Readonly<Record<string, string>>;
}

/** The variables to send: of the call, of the flow, of the person at the other end. */
export function parametersOf(kinds: readonly ParameterKind[], { set, ofCall }: Known): Parameters {
  const all = { ...ofCall, ...set };
  const found = allParameters
    .filter((kind) => kinds.includes(kind))
    .map((kind) => [kind, Object.fromEntries(Object.entries(all).filter(([name]) => kindOf(name) === kind))]);
  return Object.fromEntries(found) as Parameters; // the kinds are its keys
}

/** All of them, one after the other. */
export function flat(parameters: Parameters): [string, string][] {
  return allParameters.flatMap((kind) => Object.entries(parameters[kind] ?? {}));
}

/** In a body of their own, as XML. A name may be anything, so it is no element's. */
export function parametersXml(parameters: Parameters): string {
  const groups = allParameters.flatMap((kind) => {
    const group = parameters[kind];
    if (!group) return [];
    const variables = Object.entries(group).map(
      ([name, value]) => `<variable name="${xml(name)}">${xml(value)}</variable>`,
    );
    return [`<${kind}>${variables.join('')}</${kind}>`];
  });
  return `<?xml version="1.0" encoding="UTF-8"?><parameters>${groups.join('')}</parameters>`;
}

function kindOf(name: string): ParameterKind | undefined {
  if (/^(voipbin\.)?call\./.test(name)) return 'call';
  if (name.startsWith('user.key.')) return 'user';
  return /^(voipbin|user)\./.test(name) ? undefined : 'flow';
}

function xml(text: string): string {
  return text.replace(/[<>&'"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
