import { useMemo } from 'react';
import { useRead } from '../lib/queries.ts';

const none: readonly string[] = [];

/** What answers with this flow. */
export function useNumbers(flowId: string): readonly string[] {
  const { data } = useRead<{ readonly result: readonly { readonly number: string }[] }>(
    '/v1.0/numbers',
    `/v1.0/numbers?flow_id=${flowId}`,
    { enabled: flowId !== '' },
  );
  return useMemo(() => data?.result.map(({ number }) => number) ?? none, [data]);
}
