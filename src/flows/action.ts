import type * as z from 'zod';
import type { IdOf } from '../ari/ids.ts';
import type { Call } from '../calls/call.ts';
import type { Problem } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { UserReply } from '../ports/http.ts';
import type { Ports } from '../ports/ports.ts';
import type { MailboxesPort } from '../ports/voicemail.ts';
import type { Asked } from './asked.ts';
import type { FlowEventFacts } from './flow-event.ts';
import type { Assignments } from './reading/assignments.ts';
import type { ResponseOption } from './reading/response-option.ts';
import type { Escape } from './substitute.ts';
import type { UserVariables } from './user-variables.ts';
import type { VariableName } from './variable-table.ts';
import type { Variables } from './variables.ts';
import type { Comparison, Reference, WrittenOption } from './written.ts';

/** Where the flow goes after an action. Returning nothing means `next`. */
export type Outcome =
  | { readonly go: 'next' }
  | { readonly go: 'to'; readonly actionId: string }
  | { readonly go: 'into'; readonly actions: readonly ActionJson[] }
  | { readonly go: 'finish' };

/** `call` and `answered call` run on a call only; the engine answers for the latter. */
export type Needs = 'nothing' | 'call' | 'answered call';

/** The same for those who write flows. */
export const needsInWords: Readonly<Record<Needs, string>> = {
  nothing: 'Runs with and without a call.',
  call: 'Needs a call; skipped without one.',
  'answered call': 'Needs a call, which is answered first; skipped without one.',
};

/** Work that lives until a hang-up of the call begins. */
export type BesideWork = (scope: Scope) => Promise<unknown>;

/** What a running action sees of its activeflow. */
export interface ActionContext {
  readonly action: ActionJson;
  readonly call: Call | undefined;
  readonly variables: Variables;
  /** For variables that may be `user.key.*`: those stay with the contact. */
  readonly user: UserVariables;
  readonly ports: Ports;
  readonly log: Log;
  /** The action's own lifetime: closed when it returns, or when the call is hung up. */
  readonly scope: Scope;
  readonly signal: AbortSignal;
  /** Has work of it done beside its flow, which goes on at once; missing where it is beside the flow already. */
  readonly beside?: ((work: BesideWork) => void) | undefined;
  /** Counts for this action of this activeflow; kept between its runs. */
  readonly counter: { value: number };
  /** How many calls of flows this one comes after, each made by the one before. */
  readonly depth: number;
  /** Likewise of what it makes that has a record of its own. */
  readonly uuid: (what: string, ...key: readonly (string | number)[]) => string;
  publish(event: FlowEventFacts): void;
  /** Has asked somebody's server: a trace tells of it. */
  asked(asked: Asked): void;
  /** Writes down how far the action has come, as JSON, in place of what it has written before; forgotten with its end. */
  keep(progress: unknown): void;
  /**
   * What the action had written down when the daemon died that ran it, where this is the same step begun again; nothing where
   * it is not, or where that is not of this form.
   */
  left<T>(schema: z.ZodType<T>): T | undefined;
  /**
   * Runs a list inside this action, again and again, until `until` is aborted, which ends at once what runs of it. Where the
   * list leads out of itself before, resolves to where, which is then this action's outcome.
   */
  repeat(actions: readonly ActionJson[], until: AbortSignal): Promise<Outcome | undefined>;
  /**
   * The actions in a reply of somebody's server, with ids, to be run by `into`.
   * @throws ActionError `INVALID_RESPONSE` or `INVALID_FLOW`
   */
  readActions(reply: UserReply): Promise<readonly ActionJson[]>;
  /** The variables that such a reply sets. @throws WebhookFailure `INVALID_RESPONSE` or `INVALID_RESPONSE_MAP` */
  readVariables(reply: UserReply, response: ResponseOption | undefined): Promise<Assignments>;
}

export interface CallActionContext extends ActionContext {
  readonly call: Call;
  /** Of what the action has Asterisk make: the same each time that this very step is done. */
  readonly id: IdOf;
}

/** What an action sees that may also be ordered over REST: there it has no flow around it. */
export type CommandContext = Pick<
  CallActionContext,
  'action' | 'call' | 'id' | 'ports' | 'log' | 'scope' | 'signal' | 'beside' | 'publish' | 'keep' | 'left'
> & { readonly variables: Pick<Variables, 'get'> };

/** A text that an action says and that does not stand in its option. */
export interface SaidText {
  /** Where in the option it could stand. */
  readonly path: string;
  /** None where it is known only when it is said. */
  readonly text: unknown;
  readonly language: unknown;
}

/** The variables of ours that say what came of an action: those that are not empty when it has gone well, and when it has failed. */
export interface ResultVariables {
  readonly success: readonly VariableName[];
  readonly failure: readonly VariableName[];
}

/** How an action is ordered of a live call, beside its flow. */
export interface CommandForm {
  readonly operationId: string;
  readonly summary: string;
  /** By `POST calls/{id}/{type}` unless said: `POST` of another name, or `DELETE` of what it undoes. */
  readonly way?: { readonly method: 'post' | 'delete'; readonly name: string };
  /** With the end of which part of the call it is dropped, where its turn has not come: what it is to hear, or what is ordered of it. */
  readonly until?: 'prompts' | 'orders';
}

type ContextOf<N extends Needs, C> = C extends CommandForm
  ? CommandContext
  : N extends 'nothing'
    ? ActionContext
    : CallActionContext;

/** One type of action: its file is its registration. */
export interface ActionDefinition<N extends Needs, O extends z.ZodType, C extends CommandForm | undefined> {
  /** The wire type, equal to the file's name. */
  readonly type: string;
  readonly summary: string;
  readonly needs: N;
  /** Strict; `run` sees parsed, substituted values only. */
  readonly option: O;
  readonly example: z.input<O>;
  /** Whether it has the call answered first, as an `answered call` is unless this says otherwise. */
  answers?(option: z.output<O>): boolean;
  /** How it is ordered over REST; where missing, it makes no sense beside a flow. */
  readonly command?: C;
  /** Where the option names other actions: `target_id`, or `target_ids.*` for each value of an object. */
  readonly targets?: readonly string[];
  /** Whether the next action may come after it, where it does not fail; for most it may. */
  goesOn?(written: WrittenOption): boolean;
  /** Where it has URLs of the user's, written likewise: they are checked before the flow is stored. */
  readonly urls?: readonly string[];
  /** What URLs of our own begin with, which lead nowhere outside. */
  readonly internalUrls?: string;
  /** Keys of the option that hold lists of actions: checked like the flow they are in, not substituted. */
  readonly nested?: readonly string[];
  /** Where it has texts which may be SSML, likewise: `text`, or `prompts.*.text` for one of each item. */
  readonly ssml?: readonly string[];
  /** False where a daemon that has died takes the call with it that is at this action: whoever is at any other goes on. */
  readonly canResume?: false;
  /** Whether it speaks in its `language` what somebody else says; what has `ssml` speaks anyway. */
  readonly speaks?: true;
  /** What it says besides what its `ssml` has: its usual words, and what a mailbox has. @throws ActionError why that is not known */
  says?(written: WrittenOption, mailboxes: MailboxesPort): Promise<readonly SaidText[]>;
  /** The key of the option that names who is to listen to the call, where it has somebody listen. */
  hearer?(written: WrittenOption): string | undefined;
  /** Keys that hold a variable's name as it is, without `${}`. */
  readonly reads?: readonly string[];
  /** The variables that it sets as its option says; `anything` where somebody else says it. */
  sets?(written: WrittenOption): readonly string[] | 'anything';
  /** What tells how it went, where a flow asks for that. */
  readonly results?: ResultVariables;
  /** The variables that it makes of texts as they are: where something in those is for the flow alone, so are these. */
  copies?(option: z.output<O>): readonly string[];
  /** Where it compares a variable with something. */
  compares?(written: WrittenOption): readonly Comparison[];
  /** What it names by its id. */
  refersTo?(written: WrittenOption): readonly Reference[];
  /** What is wrong with it as it is written, and can only be said of that. */
  problems?(written: WrittenOption): readonly Problem[];
  /** What is allowed and yet hardly meant. */
  warnings?(written: WrittenOption): readonly Problem[];
  /** How substituted values are escaped at a place of the option. */
  escape?(path: string, option: Readonly<Record<string, unknown>>): Escape;
  run(context: ContextOf<N, C>, option: z.output<O>): Promise<Outcome | undefined> | Outcome | undefined;
}

/** A definition whose types the engine need not know. */
export interface Action {
  readonly type: string;
  readonly summary: string;
  readonly needs: Needs;
  readonly option: z.ZodType;
  readonly example: unknown;
  answers(option: unknown): boolean;
  readonly command: CommandForm | undefined;
  readonly targets: readonly string[];
  goesOn(written: WrittenOption): boolean;
  readonly urls: readonly string[];
  readonly internalUrls: string | undefined;
  readonly nested: readonly string[];
  readonly ssml: readonly string[];
  readonly canResume: boolean;
  readonly speaks: boolean;
  says(written: WrittenOption, mailboxes: MailboxesPort): Promise<readonly SaidText[]>;
  hearer(written: WrittenOption): string | undefined;
  readonly reads: readonly string[];
  sets(written: WrittenOption): readonly string[] | 'anything';
  readonly results: ResultVariables | undefined;
  copies(option: unknown): readonly string[];
  compares(written: WrittenOption): readonly Comparison[];
  refersTo(written: WrittenOption): readonly Reference[];
  problems(written: WrittenOption): readonly Problem[];
  warnings(written: WrittenOption): readonly Problem[];
  escape(path: string, option: Readonly<Record<string, unknown>>): Escape;
  run(context: ActionContext | CommandContext, option: unknown): Promise<Outcome | undefined>;
}

export function defineAction<
  N extends Needs,
  O extends z.ZodType,
  C extends CommandForm | undefined = undefined,
>(definition: ActionDefinition<N, O, C>): Action {
  return {
    type: definition.type,
    summary: definition.summary,
    needs: definition.needs,
    option: definition.option,
    example: definition.example,
    answers: (option) =>
      definition.needs === 'answered call' && (definition.answers?.(option as z.output<O>) ?? true),
    command: definition.command,
    targets: definition.targets ?? [],
    goesOn: (written) => definition.goesOn?.(written) ?? true,
    urls: definition.urls ?? [],
    internalUrls: definition.internalUrls,
    nested: definition.nested ?? [],
    ssml: definition.ssml ?? [],
    canResume: definition.canResume ?? true,
    speaks: definition.speaks ?? (definition.ssml ?? []).length > 0,
    says: async (written, mailboxes) => definition.says?.(written, mailboxes) ?? [],
    hearer: (written) => definition.hearer?.(written),
    reads: definition.reads ?? [],
    sets: (written) => definition.sets?.(written) ?? [],
    results: definition.results,
    copies: (option) => definition.copies?.(option as z.output<O>) ?? [],
    compares: (written) => definition.compares?.(written) ?? [],
    refersTo: (written) => definition.refersTo?.(written) ?? [],
    problems: (written) => definition.problems?.(written) ?? [],
    warnings: (written) => definition.warnings?.(written) ?? [],
    escape: (path, option) => definition.escape?.(path, option) ?? 'none',
    // What `option` has parsed is handed back, with a context that has a call where `needs` says so, and a flow unless `command` does.
    run: async (context, option) => definition.run(context as ContextOf<N, C>, option as z.output<O>),
  };
}
