import { pathAsWritten } from '../core/url-as-written.ts';
import type { AddressPolicy } from './address-policy.ts';
import { HttpError } from './http-error.ts';
import type { Hop } from './redirect.ts';

export type Target = Pick<Hop, 'url' | 'path'>;

/** So many URLs are remembered. */
const most = 256;

/** Where URLs lead, as far as can be said before their names are resolved: an endpoint's is looked at once, and not at every delivery. */
export class Targets {
  readonly #policy: AddressPolicy;
  readonly #known = new Map<string, Target>();

  constructor(policy: AddressPolicy) {
    this.#policy = policy;
  }

  /** @throws HttpError where we do not go there */
  of(text: string): Target {
    const known = this.#known.get(text);
    if (known) return known;
    const checked = this.#policy.checkUrl(text);
    if ('problem' in checked)
      throw new HttpError(checked.code, `the URL ${checked.problem}`, { isFinal: true });
    const target = { url: checked.url, path: pathAsWritten(checked.url, text) };
    const [oldest] = this.#known.keys();
    if (this.#known.size >= most && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(text, target);
    return target;
  }
}
