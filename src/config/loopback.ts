/** Whether a host name or address can only be this machine. */
export function isLoopback(host: string): boolean {
  return /^(127\.|localhost$|\[?::1\]?$)/.test(host);
}
