/** What the events of our own have in common: which activeflow and which call (or other reference) they are about. */
interface Reference {
  readonly id: string;
  readonly activeflow_id: string;
  readonly reference_type: string;
  readonly reference_id: string;
}

export interface ActionFailed extends Reference {
  readonly action: { readonly id: string; readonly type: string };
  readonly code: string;
  readonly message: string;
  readonly tm_create: string;
}

export interface DigitsReceived extends Reference {
  readonly digits: string;
  readonly result: 'length' | 'key' | 'timeout';
  readonly tm_create: string;
}

/** Who has answered. */
export interface AmdFinished extends Reference {
  readonly status: 'HUMAN' | 'MACHINE' | 'NOTSURE';
  readonly cause: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly tm_create: string;
}

/** Of external media, by its own id. */
export interface ExternalMediaTold extends Reference {
  /** Where the host reaches us, if it comes to us. */
  readonly local_ip: string;
  readonly local_port: number;
  readonly media_uri: string;
  /** Why it is over, or came to nothing; empty for a start. */
  readonly reason: string;
  readonly tm_create: string;
}

/** Who does not hear any more what the party of a call says. */
export interface MediaStalled extends Reference {
  readonly what: 'recording' | 'external_media' | 'amd' | 'bridge';
  readonly tm_create: string;
}

/** What actions report besides the changes of their call and activeflow. */
export type FlowEvent =
  | { readonly type: 'action_failed'; readonly data: ActionFailed }
  | { readonly type: 'amd_finished'; readonly data: AmdFinished }
  | { readonly type: 'digits_received'; readonly data: DigitsReceived }
  | { readonly type: 'external_media_started'; readonly data: ExternalMediaTold }
  | { readonly type: 'external_media_stopped'; readonly data: ExternalMediaTold }
  | { readonly type: 'external_media_failed'; readonly data: ExternalMediaTold }
  | { readonly type: 'media_stalled'; readonly data: MediaStalled };

/** The part of an event an action knows; the activeflow adds the rest, an id too where it is about nothing that has one. */
export type FlowEventFacts = {
  [E in FlowEvent as E['type']]: {
    readonly type: E['type'];
    readonly data: Omit<E['data'], keyof Reference | 'tm_create'> & { readonly id?: string };
  };
}[FlowEvent['type']];
