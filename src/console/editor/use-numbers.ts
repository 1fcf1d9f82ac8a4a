import { useRead } from '../lib/queries.ts';

/** As `GET /v1.0/numbers` answers. */
export interface FlowNumber {
  readonly id: string;
  readonly number: string;
  readonly call_flow_id: string;
  readonly message_flow_id: string;
  readonly closed_flow_id: string;
}

export const numbersPath = '/v1.0/numbers';

const none: readonly FlowNumber[] = [];

/** What answers with this flow. */
export function useNumbers(flowId: string): readonly FlowNumber[] {
  const { data } = useRead<{ readonly result: readonly FlowNumber[] }>(
    numbersPath,
    `${numbersPath}?flow_id=${flowId}`,
    { enabled: flowId !== '' },
  );
  return data?.result ?? none;
}
