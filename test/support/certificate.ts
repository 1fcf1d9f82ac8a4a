import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** A certificate of its own for 127.0.0.1, put where it is expected; answers it, for those who are to trust it. */
export function writeCertificate(directory: string): CertificateFiles & { readonly pem: string } {
  const files = { cert: join(directory, 'sip.pem'), key: join(directory, 'sip.key') };
  const fresh = { cert: `${files.cert}.new`, key: `${files.key}.new` };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const out = ['-keyout', fresh.key, '-out', fresh.cert];
  execFileSync('openssl', ['req', '-x509', ...curve, ...names, ...out], { stdio: 'ignore' });
  renameSync(fresh.key, files.key);
  renameSync(fresh.cert, files.cert);
  return { ...files, pem: readFileSync(files.cert, 'utf8') };
}
