import type { Diary } from '../calls/diary.ts';
import type { Entry } from '../calls/diary-entry.ts';
import { nowMicros } from '../core/clock.ts';
import { LazySet } from '../core/lazy-set.ts';
import { unseen } from '../core/unseen.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { UserReply } from '../ports/http.ts';
import type { Outcome } from './action.ts';
import type { Asked } from './asked.ts';
import { hidden, namesSecret } from './secrets.ts';
import { keptText, keptUrl, mostCharacters } from './story-text.ts';
import type { Variables } from './variables.ts';

type Traced = Pick<FlowToRun, 'trace' | 'trace_digits'>;

/** A step of the flows of a call, as far as is told of it. */
interface Step {
  readonly step: number;
  readonly isAgain: boolean;
  readonly outcome: Outcome | undefined;
}

/** So much of a value is told. */
const longestValue = 2_000;
const longestMessage = 500;
/** What was typed and is shorter is looked for in no other text: nearly each has it, and of a menu the way that was taken tells it. */
const leastTyped = 3;

/** What an activeflow tells the diary of its call: its steps; where it is traced, what they have changed and asked for. */
export class Story {
  readonly #diary: Diary;
  readonly #variables: Variables;
  /** As they were told last. */
  #known: Readonly<Record<string, string>> = {};
  /** Values that are, or were, for the flow alone, or for no trace. */
  readonly #unseen = new LazySet<string>();
  /** Whether that is so of what was typed; the names of what holds it, or has. */
  readonly #isMasked: boolean;
  readonly #typed = new LazySet<string>();

  constructor(diary: Diary, variables: Variables, { trace = false, trace_digits }: Traced) {
    this.#diary = diary;
    this.#variables = variables;
    this.#isMasked = trace_digits === 'mask';
    diary.trace({ isTraced: trace, isMasked: this.#isMasked });
  }

  /** What it begins with; of one that goes on that was told before. */
  begin(isAgain: boolean): void {
    if (isAgain && this.#diary.isTraced) this.#known = this.#variables.shownEntries();
    else this.#tellChanges(0);
  }

  /** A step has begun: the same one again, where its daemon had died. */
  stepBegins({ id, type }: ActionJson, { step, isAgain }: Step): Entry {
    const left = isAgain ? this.#diary.open('action', (entry) => entry.step === step) : undefined;
    return left ?? this.#diary.note({ kind: 'action', at: nowMicros(), what: type, id, step });
  }

  stepEnds(entry: Entry, { step, outcome }: Step): void {
    entry.end = nowMicros();
    const next = outcome?.go ?? 'interrupted';
    const led = outcome?.go === 'to' ? { next, to: outcome.actionId } : { next };
    entry.data = entry.data ? { ...entry.data, ...led } : led;
    this.#tellChanges(step);
  }

  /** An action has failed: the one that is under way, or one that has no step any more. */
  failed(
    { id, type }: Pick<ActionJson, 'id' | 'type'>,
    { code, message }: { readonly code: string; readonly message: string },
  ): void {
    const data = { code, message: message.slice(0, longestMessage) };
    const entry = this.#diary.open('action', (one) => one.id === id);
    if (entry) entry.data = { ...entry.data, ...data };
    else {
      const at = nowMicros();
      this.#diary.note({ kind: 'failure', at, end: at, what: type, id, data });
    }
  }

  /** An action has asked somebody's server. */
  asked({ id }: ActionJson, { step }: Step, { request, result, duration }: Asked): void {
    if (!this.#diary.isTraced) return;
    const end = nowMicros();
    const isSilent = this.#isSilent;
    const url = isSilent ? this.#placeOf(keptUrl(request.url)) : keptUrl(request.url);
    const body = typeof request.body === 'string' && !isSilent ? keptText(request.body) : undefined;
    const came =
      'failure' in result
        ? { failure: result.failure }
        : { status: result.status, content_type: typeOf(result), reply: this.#keptReply(result) };
    const data = { url, ...(body !== undefined && { body }), ...came };
    const at = end - Math.round(duration * 1_000);
    this.#diary.tell({ kind: 'request', at, end, what: request.method, id, step, data });
  }

  /** Where a request went, without what it may have said of that. */
  #placeOf(url: string): string {
    const [, origin = '', path = ''] = /^(\w+:\/\/[^/?#]*)([^?#]*)/.exec(url) ?? [];
    const isTold = [...this.#unseen].some((value) => value.length >= leastTyped && path.includes(value));
    return `${origin}${isTold ? `/${unseen}` : path}`;
  }

  #keptReply({ body }: UserReply): string | undefined {
    return body.length > mostCharacters ? undefined : this.#kept(body.toString());
  }

  /** Whether what it sends may hold something that is for the flow alone, in whatever form. */
  get #isSilent(): boolean {
    this.#collect();
    return this.#variables.hidden.length > 0 || this.#unseen.size > 0 || this.#typed.size > 0;
  }

  /** Whether something in it is, or was, for the flow alone. */
  #isUnseen(text: string): boolean {
    this.#collect();
    return [...this.#unseen].some((value) => text.includes(value));
  }

  #collect(): void {
    for (const name of this.#variables.hidden) {
      const value = this.#variables.get(name);
      if (value !== '') this.#unseen.add(value);
    }
    if (!this.#isMasked) return;
    for (const [name, value] of Object.entries(this.#variables.entries())) {
      if (value === '' || !this.#variables.isTyped(name)) continue;
      this.#typed.add(name);
      if (value.length >= leastTyped) this.#unseen.add(value);
    }
  }

  /** What may be kept of a text that somebody else has said, or a variable holds. */
  #kept(text: string): string | undefined {
    return this.#isUnseen(text) ? unseen : keptText(text);
  }

  /** What of the variables is another than it was told, before and after. */
  #tellChanges(step: number): void {
    if (!this.#diary.isTraced) return;
    this.#collect();
    const before = this.#known;
    this.#known = this.#variables.shownEntries();
    const set = Object.entries(this.#known).flatMap(([name, value]) =>
      before[name] === value
        ? []
        : [{ name, before: this.#shown(name, before[name] ?? ''), after: this.#shown(name, value) }],
    );
    if (set.length === 0) return;
    const at = nowMicros();
    this.#diary.tell({ kind: 'variables', at, end: at, what: 'set', step, data: { set } });
  }

  #shown(name: string, value: string): string {
    if (value !== '' && namesSecret(name)) return hidden;
    if (value !== '' && this.#typed.has(name)) return unseen;
    return this.#kept(value)?.slice(0, longestValue) ?? '';
  }
}

function typeOf({ headers }: UserReply): string | undefined {
  const type = headers['content-type'];
  return typeof type === 'string' ? type : undefined;
}
