import { objectIn, textsOf } from '../flows/written.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { HeardStep } from '../simulator/steps.ts';

interface Outstanding {
  readonly action: ActionJson;
  readonly texts: readonly string[];
  readonly isAsync: boolean;
  /** Its action is over: what it has played until now may still be told. */
  isOver: boolean;
  /** How much of it is still to be heard. */
  left: number;
}

/** Milliseconds of a prompt that nobody misses. */
const tail = 100;

export interface PromptHeard {
  readonly action: ActionJson;
  readonly isWhole: boolean;
}

/** What actions have given the caller to hear, until it was heard or will be heard no more. */
export class Prompts {
  #outstanding: Outstanding[] = [];

  /** An action begins that plays something. */
  begin(action: ActionJson, option: unknown): void {
    if (action.type !== 'talk' && action.type !== 'play') return;
    const { async: isAsync = false, stream_urls } = objectIn(option);
    const left = Array.isArray(stream_urls) ? stream_urls.length : 1;
    const texts = textsOf(option).map(({ text }) => text);
    this.#outstanding = this.#outstanding.filter(({ isOver }) => !isOver);
    this.#outstanding.push({ action, texts, isAsync: isAsync === true, isOver: false, left });
  }

  /** It is over: what it has not played by now it will not play, unless it goes on beside the flow. */
  end(action: ActionJson): void {
    for (const one of this.#outstanding) one.isOver ||= !one.isAsync && one.action === action;
  }

  /** Something was played: whose it was. */
  hear({ text, heard, length }: HeardStep): PromptHeard | undefined {
    const found =
      this.#outstanding.find(({ texts }) => texts.includes(text)) ??
      this.#outstanding.find(({ isAsync }) => !isAsync);
    if (!found) return undefined;
    found.left--;
    if (found.left === 0) this.#outstanding = this.#outstanding.filter((one) => one !== found);
    return { action: found.action, isWhole: heard >= length - tail };
  }

  /** Those that go on beside the flow, and were not heard yet. */
  get pending(): readonly ActionJson[] {
    return this.#outstanding.filter(({ isAsync }) => isAsync).map(({ action }) => action);
  }
}
