import { timeText } from '../lib/format.ts';
import { useRead } from '../lib/queries.ts';
import { Pill } from '../parts/bits.tsx';
import type { SpecialProps } from './special-props.ts';

interface Opening {
  readonly open: boolean;
  readonly reason: string;
  readonly exception: string;
  readonly until: string;
}

export function SchedulePart({ thing: { id } }: SpecialProps) {
  const { data } = useRead<Opening>('/v1.0/schedules', `/v1.0/schedules/${id}/at`, { refetch: 60_000 });
  if (!data) return null;
  return (
    <p className="card">
      Now <Pill text={data.open ? 'open' : 'closed'} />
      {data.exception !== '' && (
        <>
          {' '}
          by <bdi>{data.exception}</bdi>
        </>
      )}
      {` until ${timeText(data.until)}`}
    </p>
  );
}
