import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { messageOf } from '../core/errors.ts';
import { type Finding, good, problem, warning } from './finding.ts';

export interface WhereTlsIs {
  readonly cert: string;
  readonly key: string;
  /** Where Asterisk shows it. */
  readonly host: string;
  readonly port: number;
  /** By what phones outside know us, where that is said: an address, or a name. */
  readonly knownAs?: string | undefined;
}

const what = 'certificate';
const day = 86_400_000;
/** Those that renew themselves do so a month before. */
const soon = 14 * day;
const patience = 3_000;

/** Whether phones are shown a certificate that they can trust: the files, and what Asterisk says at its port. */
export async function certificateFindings(where: WhereTlsIs): Promise<readonly Finding[]> {
  const shown = await shownAt(where);
  const texts = await textsOf(where).catch((error: unknown) => messageOf(error));
  if (typeof texts === 'string') {
    if (shown instanceof Error) return [problem(what, `${texts}; ${shown.message}`)];
    // Asterisk may see files that are not here.
    return [warning(what, `the files are not seen from here (${texts})`), ...findingsOf(shown, where)];
  }
  const [pem = '', key = ''] = texts;
  try {
    const certificate = new X509Certificate(pem);
    if (!certificate.checkPrivateKey(keyOf(key)))
      return [problem(what, `${where.key} is the key of another certificate`)];
    const more = shown instanceof Error ? [problem(what, shown.message)] : otherThan(certificate, shown);
    return [...findingsOf(certificate, where, chainLength(pem)), ...more];
  } catch (error) {
    return [problem(what, `${where.cert}: ${messageOf(error)}`)];
  }
}

/** One after the other: of two that are not there always the same is named. */
async function textsOf({ cert, key }: WhereTlsIs): Promise<readonly string[]> {
  return [await readFile(cert, 'utf8'), await readFile(key, 'utf8')];
}

function keyOf(text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new Error(`its key cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** The one itself, and those that vouch for it. */
function chainLength(pem: string): number {
  return pem.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0;
}

function findingsOf(
  certificate: X509Certificate,
  { knownAs }: WhereTlsIs,
  length?: number,
): readonly Finding[] {
  const now = Date.now();
  const { subjectAltName: names = 'no name', subject, issuer } = certificate;
  const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const day = new Date(until).toISOString().slice(0, 10);
  if (until <= now) return [problem(what, `it was good until ${day}: TLS phones do not come in`)];
  if (from > now) return [problem(what, `it is not good before ${new Date(from).toISOString()}`)];
  const findings: Finding[] = [];
  if (until - now < soon) findings.push(warning(what, `it is good until ${day} only`));
  if (subject === issuer)
    findings.push(warning(what, 'nobody vouches for it but itself: phones have to be told to trust it'));
  else if (length === 1)
    findings.push(
      warning(what, 'alone in its file: phones may want those that vouch for it too (fullchain.pem)'),
    );
  if (knownAs !== undefined && !isFor(certificate, knownAs))
    findings.push(
      warning(what, `it is for ${names}, and phones are told ${knownAs}: those that compare refuse it`),
    );
  return findings.length > 0 ? findings : [good(what, `${names}, until ${day}`)];
}

function isFor(certificate: X509Certificate, host: string): boolean {
  const name = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
  return name !== undefined;
}

function otherThan(certificate: X509Certificate, shown: X509Certificate): readonly Finding[] {
  if (shown.fingerprint256 === certificate.fingerprint256) return [];
  return [problem(what, 'Asterisk shows another one than the file has: `module reload res_pjsip.so`')];
}

/** What whoever connects is shown; an error in words where that is nothing. */
function shownAt({ host, port }: WhereTlsIs): Promise<X509Certificate | Error> {
  const at = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const { promise, resolve } = Promise.withResolvers<X509Certificate | Error>();
  const silent = (why: string): void =>
    resolve(new Error(`no TLS at ${at}:${port} (${why}): Asterisk's log says what it did not like`));
  const socket = connect({ host: at, port, rejectUnauthorized: false, timeout: patience }, () => {
    const shown = socket.getPeerX509Certificate();
    if (shown) resolve(shown);
    else silent('nothing is shown');
  });
  socket.on('error', (error) => silent(messageOf(error)));
  socket.on('timeout', () => silent('no answer'));
  return promise.finally(() => socket.destroy());
}
