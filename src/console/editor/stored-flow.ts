import { zeroId } from '../lib/format.ts';
import type { ActionJson } from './model.ts';

/** As `GET /v1.0/flows/{id}` answers. */
export interface Flow {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
  readonly actions: readonly ActionJson[];
  readonly on_complete_flow_id: string;
  readonly end_webhook: boolean;
  readonly defaults?: unknown;
  readonly trace?: boolean;
  readonly trace_digits?: 'keep' | 'mask';
  /** Where the daemon counts them. */
  readonly revision?: number;
}

export const path = '/v1.0/flows';

export const emptyFlow: Flow = {
  id: '',
  name: '',
  detail: '',
  actions: [],
  on_complete_flow_id: zeroId,
  end_webhook: false,
};

/** What else there is to say of a flow, beside its name and its actions. */
export type Settings = Readonly<Record<string, unknown>>;

export const settings = [
  ...['detail', 'trace', 'trace_digits', 'defaults', 'on_complete_flow_id', 'end_webhook'],
] as const;

export function settingsOf(flow: Flow): Settings {
  return Object.fromEntries(settings.flatMap((name) => (name in flow ? [[name, flow[name]]] : [])));
}
