/** Which part of a list: newest first, `token` is the `next` of the page before. */
export interface PageRequest {
  /** 1 to 100. A page may be shorter although more follow: `next` says so. */
  readonly size: number;
  readonly token?: string | undefined;
}

export interface Page<R> {
  readonly result: readonly R[];
  /** Empty on the last page. */
  readonly next: string;
}
