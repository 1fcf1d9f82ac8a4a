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

/** What actions report besides the changes of their call and activeflow. */
export type FlowEvent =
  | { readonly type: 'action_failed'; readonly data: ActionFailed }
  | { readonly type: 'digits_received'; readonly data: DigitsReceived };

/** The part of an event an action knows; the activeflow adds the rest. */
export type FlowEventFacts = {
  [E in FlowEvent as E['type']]: {
    readonly type: E['type'];
    readonly data: Omit<E['data'], keyof Reference | 'tm_create'>;
  };
}[FlowEvent['type']];
