import type { AriEvent, Playback } from '../ari/events.gen.ts';
import type { CallRecord } from '../calls/call-record.ts';
import { zeroId } from '../core/clock.ts';
import type { ActiveflowRecord } from '../flows/activeflow-record.ts';
import type { ActionFailed } from '../flows/flow-event.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { Answers, Reaction, Waiting } from './caller.ts';
import type { SimulatedSounds } from './sounds.ts';
import type { Step } from './steps.ts';
import type { Reply, SimulatedRequestToServer } from './web.ts';

type Unplaced = Step extends infer S ? (S extends Step ? Omit<S, 'at'> : never) : never;

export interface WitnessOptions {
  /** Milliseconds of virtual time since the call began. */
  readonly at: () => number;
  readonly sounds: SimulatedSounds;
  /** Whether the caller hears what is played there, `channel:…` or `bridge:…`. */
  readonly isHeard: (target: string) => boolean;
  /** Whether it is the caller's call. */
  readonly isHis: (callId: string) => boolean;
  /** Nothing is said of what else there is. */
  readonly isAlone: boolean;
  /** It is said who answers. */
  readonly areKnown: boolean;
  readonly onStep: (step: Step) => void;
}

/** What is a secret is not shown. */
function shownHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const shown = Object.entries(headers).map(([name, value]): [string, string] =>
    /^(authorization|cookie|x-api-key)$/i.test(name) ? [name, '********'] : [name, value],
  );
  return Object.fromEntries(shown);
}

/** Codes of those who have looked for something that is stored. */
const elsewhere = new Set(['NOT_FOUND', 'UNKNOWN_AGENT', 'FLOW_NOT_FOUND']);

/** Writes down what happens, step by step. */
export class Witness {
  readonly steps: Step[] = [];
  variables: Readonly<Record<string, string>> = {};
  readonly #options: WitnessOptions;
  /** What the caller hears, by playback, and since when. */
  readonly #playing = new Map<string, number>();
  /** By activeflow: the action that it is at. */
  readonly #at = new Map<string, string>();
  #generation = 0;
  #flowAt = zeroId;
  #takes = 0;
  readonly #unknownSounds = new Set<string>();
  #isInDialplan = false;
  #isClosed = false;

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  get at(): number {
    return this.#options.at();
  }

  /** Another one whenever what waits for the caller may be another thing. */
  get generation(): number {
    return this.#generation;
  }

  get isPlaying(): boolean {
    return this.#playing.size > 0;
  }

  /** The flow that the caller's call is in. */
  get flowAt(): string {
    return this.#flowAt;
  }

  /** Whether the flow waits for a recording. */
  get isTaken(): boolean {
    return this.#takes > 0;
  }

  /** Whether the caller's flow has handed him over to Asterisk's dialplan. */
  get isInDialplan(): boolean {
    return this.#isInDialplan;
  }

  /** From now on nobody looks. */
  close(): void {
    this.#isClosed = true;
  }

  keep(variables: Readonly<Record<string, string>>): void {
    if (!this.#isClosed) this.variables = variables;
  }

  async taking<T>(take: Promise<T>): Promise<T> {
    this.#takes++;
    try {
      return await take;
    } finally {
      this.#takes--;
    }
  }

  /** An event of Asterisk's. */
  happened(event: AriEvent): void {
    if (event.type === 'PlaybackStarted') this.#begins(event.playback);
    else if (event.type === 'PlaybackFinished') this.#ends(event.playback);
  }

  /** What webhooks are told. */
  told(type: string, data: object): void {
    if (type === 'activeflow_updated') this.#acts(data as ActiveflowRecord);
    if (type === 'action_failed') this.#fails(data as ActionFailed);
    if (type === 'digits_received') this.#generation++;
    this.#write({ kind: 'event', type, data });
    if (type === 'call_answered') this.#call('answered', data as CallRecord);
    if (type === 'call_hungup') this.#call('hungup', data as CallRecord);
  }

  went({ id, type }: ActionJson, way = ''): void {
    this.#write({ kind: 'way', id, type, way });
  }

  requested(
    request: SimulatedRequestToServer,
    reply: Reply & { readonly status: number },
    isAwaited: boolean,
  ): void {
    const { method, url, headers = {}, body = '' } = request;
    this.#write({
      kind: 'request',
      ...{ method, url, headers: shownHeaders(headers) },
      body: String(body),
      status: reply.status,
      reply: reply.body ?? '',
      isAwaited,
    });
  }

  called(endpoint: string, answers: Answers): void {
    this.#write({ kind: 'called', endpoint, answers });
  }

  planned(what: string, data: object): void {
    this.#write({ kind: 'planned', what, data });
  }

  assumed(what: string, option: string): void {
    this.#write({ kind: 'assumed', what, option });
  }

  reacted({ action: { id, type }, flowId: flow }: Waiting, reaction: Reaction): void {
    const [did, what] =
      'press' in reaction
        ? (['press', reaction.press] as const)
        : 'say' in reaction
          ? (['say', reaction.say] as const)
          : ([('hangup' in reaction ? 'hangup' : 'wait') as 'hangup' | 'wait', ''] as const);
    this.#write({ kind: 'input', id, type, flow, did, what });
  }

  #begins({ id, target_uri }: Playback): void {
    if (!this.#options.isHeard(target_uri) || this.#playing.has(id)) return;
    this.#generation++;
    this.#playing.set(id, this.at);
  }

  #ends({ id, media_uri }: Playback): void {
    const began = this.#playing.get(id);
    if (began === undefined) return;
    this.#playing.delete(id);
    const { sounds } = this.#options;
    const text = sounds.textOf(media_uri);
    const unknown = sounds.unknownIn(media_uri);
    if (unknown !== undefined && !this.#unknownSounds.has(unknown)) {
      this.#unknownSounds.add(unknown);
      this.assumed(`the sound ${unknown} is there`, '');
    }
    this.#write({
      kind: 'heard',
      text: text ?? sounds.nameOf(media_uri),
      isSpeech: text !== undefined,
      heard: this.at - began,
      length: sounds.lengthOf(media_uri),
    });
  }

  #acts({ id: activeflow, flow_id: flow, current_action, reference_id }: ActiveflowRecord): void {
    const { id, type, option = {} } = current_action;
    const from = this.#at.get(activeflow) ?? '';
    this.#at.set(activeflow, id);
    if (this.#options.isHis(reference_id)) {
      this.#generation++;
      this.#flowAt = flow;
      this.#isInDialplan = type === 'dialplan_continue';
    }
    this.#write({ kind: 'action', id, type, option, activeflow, flow, from });
    if (type === 'amd' && !this.#options.areKnown) this.assumed('a human has answered', '--answer');
  }

  #fails({ action: { id, type }, code, message }: ActionFailed): void {
    this.#write({ kind: 'failed', id, type, code, message });
    if (this.#options.isAlone && elsewhere.has(code))
      this.assumed('there is nothing but this flow', '--data or --api');
  }

  #call(kind: 'answered' | 'hungup', { id, hangup_by, hangup_reason }: CallRecord): void {
    if (!this.#options.isHis(id)) return;
    const by = kind === 'answered' ? '' : hangup_by === 'remote' ? 'caller' : 'flow';
    this.#write({ kind, by, reason: kind === 'answered' ? '' : hangup_reason });
  }

  #write(step: Unplaced): void {
    if (this.#isClosed) return;
    const placed = { at: this.at, ...step } as Step; // it is one but for the time
    this.steps.push(placed);
    this.#options.onStep(placed);
  }
}
