/** The Q.850 cause of a `Reason` header (RFC 3326), as far as Asterisk can send it: with 23 it would redirect the caller to itself. */
export function causeIn(headers: Readonly<Record<string, string>>): number | undefined {
  const value = Object.entries(headers).find(([name]) => name.toLowerCase() === 'reason')?.[1] ?? '';
  const cause = Number(/^\s*Q\.850\s*;\s*cause\s*=\s*(\d{1,3})\s*(;|$)/i.exec(value)?.[1] ?? 0);
  return cause >= 1 && cause <= 127 && cause !== 23 ? cause : undefined;
}
