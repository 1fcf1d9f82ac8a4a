/** For libraries that make stylesheets: the page's policy lets in what has it. */
export function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
}
