import type { CurrentAction } from '../calls/call-record.ts';

/** An input of the flow that waits for the caller: keys, speech, or either. Nothing is being played to him. */
export interface Waiting {
  /** Milliseconds of virtual time since the call began. */
  readonly at: number;
  /** How many have waited before this one. */
  readonly index: number;
  /** The action that waits, its option with values in it. */
  readonly action: CurrentAction;
  /** The flow that it is an action of; zeros: none that is stored. */
  readonly flowId: string;
  readonly takesKeys: boolean;
  readonly takesSpeech: boolean;
  /** A recording: it lasts until the caller is silent, presses a key, or its time is up. */
  readonly isRecording: boolean;
}

/** What the caller does. `wait`: nothing, until whatever waits has waited long enough. */
export type Reaction =
  | { readonly press: string }
  | { readonly say: string }
  | { readonly wait: true }
  | { readonly hangup: true };

/** Who calls: asked whenever an input waits, once each. No virtual time passes until he has answered. */
export type Caller = (waiting: Waiting) => Reaction | Promise<Reaction>;

/** A caller whose reactions are known before. */
export interface Script {
  /** One for each input that waits, in order. Behind the last he does nothing. */
  readonly does?: readonly Reaction[];
  /** A group of keys for each input that takes keys and is no recording, where `does` says nothing more. */
  readonly digits?: readonly string[];
  /** A text for each input that takes speech, and each recording, where neither says anything more. */
  readonly says?: readonly string[];
  /** He hangs up so many milliseconds after the call began. */
  readonly hangupAfter?: number;
  /** He hangs up half a second after his flow has come to this action. */
  readonly hangupAt?: string;
}

const nothing: Reaction = { wait: true };

export function scripted({ does = [], digits = [], says = [] }: Script): Caller {
  const rest = { does: [...does], digits: [...digits], says: [...says] };
  return ({ takesKeys, takesSpeech, isRecording }) => {
    const reaction = rest.does.shift();
    if (reaction) return reaction;
    const press = takesKeys && !isRecording ? rest.digits.shift() : undefined;
    if (press !== undefined) return press === '' ? nothing : { press };
    const say = takesSpeech || isRecording ? rest.says.shift() : undefined;
    return say === undefined ? nothing : { say };
  };
}

/** Somebody whom the flow calls. */
export interface Called {
  /** Milliseconds of virtual time since the call began. */
  readonly at: number;
  /** As Asterisk dials him: `PJSIP/1001`. */
  readonly endpoint: string;
  /** How many were called before. */
  readonly index: number;
}

export type Answers = 'human' | 'machine' | 'busy' | 'noanswer' | 'refused';

/** What somebody does who is called. */
export interface Party {
  readonly answers: Answers;
  /** Milliseconds until then; 2 000 unless given, and 100 of one who refuses, whose phone does not ring. */
  readonly after?: number;
  /** Milliseconds that he talks before he hangs up; 30 000 unless given. */
  readonly talks?: number;
}

/** The same for everybody, one after the other (the last for all that follow), or as it is asked. */
export type Parties = Answers | Party | readonly (Answers | Party)[] | ((called: Called) => Answers | Party);
