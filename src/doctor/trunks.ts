import * as z from 'zod';
import { type Finding, good, problem, warning } from './finding.ts';
import { trunkCertificate } from './trunk-certificate.ts';

/** As much of a trunk as the REST API shows. */
const trunks = z.object({
  result: z.array(z.object({ name: z.string(), uri: z.string(), status: z.string(), transport: z.string() })),
});

type Trunk = z.output<typeof trunks>['result'][number];

const patience = 5_000;

/**
 * What came of our registrations at trunks, as the daemon knows it, and what certificates those on TLS show; nothing where it does not
 * answer. `ca` is a file with those whose word Asterisk takes; none where it takes any.
 */
export async function trunkFindings(
  url: string,
  token: string | undefined,
  ca?: string,
): Promise<readonly Finding[]> {
  if (token === undefined) return [];
  const all = await listed(url, token);
  const findings = all.map(async (trunk) => {
    const shown = trunk.transport === 'tls' ? await trunkCertificate(trunk.uri, ca) : [];
    const ofTls = shown.map((finding) => ({ ...finding, what: nameOf(trunk) }));
    // Where nobody can be spoken to, nobody has refused us.
    return ofTls.some(({ verdict }) => verdict === 'problem') ? ofTls : [...trunkFinding(trunk), ...ofTls];
  });
  return (await Promise.all(findings)).flat();
}

async function listed(url: string, token: string): Promise<readonly Trunk[]> {
  try {
    const response = await fetch(`${url}/v1.0/trunks?page_size=100`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(patience),
    });
    return trunks.parse(await response.json()).result;
  } catch {
    return []; // what the daemon itself says stands in a line of its own
  }
}

function nameOf({ name, uri }: Trunk): string {
  return `trunk ${name === '' ? uri : `${name} (${uri})`}`;
}

function trunkFinding(trunk: Trunk): Finding[] {
  const who = nameOf(trunk);
  switch (trunk.status) {
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
