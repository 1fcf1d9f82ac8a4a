import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { messageOf } from '../core/errors.ts';
import { type Finding, good, problem, warning } from './finding.ts';

/** Its name is given by whoever looks. */
type Said = Omit<Finding, 'what'>;

const what = 'trunk';
const patience = 3_000;

/**
 * Whether whoever answers at a trunk's place, `sip:host[:port]`, is who he should be: by the certificates in the file `ca`, as Asterisk
 * looks at it; where there is none, and Asterisk takes any, by those that are usual.
 */
export async function trunkCertificate(uri: string, ca: string | undefined): Promise<readonly Said[]> {
  let trusted: string | undefined;
  try {
    trusted = ca === undefined ? undefined : await readFile(ca, 'utf8');
  } catch (error) {
    // Asterisk may see files that are not here.
    return [warning(what, `whose certificates are taken is not seen from here (${messageOf(error)})`)];
  }
  const [, host = '', port = '5061'] = /^sip:(\[.+\]|[^:]+)(?::(\d+))?$/.exec(uri) ?? [];
  const trouble = await troubleAt(host.replace(/^\[|\]$/g, ''), Number(port), trusted);
  if (trouble === undefined) return ca === undefined ? [anybody] : [good(what, 'its certificate is trusted')];
  if (trouble.isSilent) return [problem(what, `no TLS at ${host}:${port} (${trouble.text})`)];
  const text = `its certificate is not trusted (${trouble.text})`;
  if (ca === undefined) return [warning(what, `${text}, and not looked at: anybody may stand in for it`)];
  return [problem(what, `${text}: no calls go there; ${ca} has those that vouch for trunks`)];
}

const anybody = warning(
  what,
  'its certificate is not looked at, so anybody may stand in for it: set ARIFLOW_SIP_TLS_CA',
);

interface Trouble {
  readonly text: string;
  /** Nothing was shown. */
  readonly isSilent: boolean;
}

function troubleAt(host: string, port: number, ca: string | undefined): Promise<Trouble | undefined> {
  const { promise, resolve } = Promise.withResolvers<Trouble | undefined>();
  const named = isIP(host) === 0 ? { servername: host } : {};
  const options = { host, port, ...named, ca, rejectUnauthorized: false, timeout: patience };
  const socket = connect(options, () =>
    resolve(socket.authorized ? undefined : { text: reasonOf(socket.authorizationError), isSilent: false }),
  );
  socket.on('error', (error) => resolve({ text: messageOf(error), isSilent: true }));
  for (const event of ['timeout', 'close'])
    socket.on(event, () => resolve({ text: 'no answer', isSilent: true }));
  return promise.finally(() => socket.destroy());
}

/** Node says it in a code, as OpenSSL's are: `DEPTH_ZERO_SELF_SIGNED_CERT`. */
function reasonOf(code: unknown): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'it is for another name';
  return String(code).toLowerCase().replaceAll('_', ' ');
}
