import * as z from 'zod';
import { type Finding, good, problem, warning } from './finding.ts';

/** As much of a trunk as the REST API shows. */
const trunks = z.object({
  result: z.array(z.object({ name: z.string(), uri: z.string(), status: z.string() })),
});

const patience = 5_000;

/** What came of our registrations at trunks, as the daemon knows it; nothing where it does not answer. */
export async function trunkFindings(url: string, token: string | undefined): Promise<readonly Finding[]> {
  if (token === undefined) return [];
  try {
    const response = await fetch(`${url}/v1.0/trunks?page_size=100`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(patience),
    });
    return trunks.parse(await response.json()).result.flatMap(trunkFinding);
  } catch {
    return []; // what the daemon itself says stands in a line of its own
  }
}

function trunkFinding({ name, uri, status }: z.output<typeof trunks>['result'][number]): Finding[] {
  const who = `trunk ${name === '' ? uri : `${name} (${uri})`}`;
  switch (status) {
    case 'registered':
      return [good(who, 'we are registered')];
    case 'rejected':
      return [
        problem(who, 'refuses our registration: look at its user name, its password and what it allows'),
      ];
    case 'unregistered':
      return [warning(who, 'we are not registered: it does not answer, or has not yet')];
    default:
      return [];
  }
}
