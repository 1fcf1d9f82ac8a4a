/** One more leg for a call; `giveBack` when it is over. */
export interface Way {
  /** A dial string of Asterisk's, made by us. */
  readonly endpoint: string;
  readonly giveBack: () => void;
  /** The phone it leads to, where it is one of ours: all that are registered with its number ring. */
  readonly phone?: string | undefined;
  /** Headers of its INVITE, besides those of the call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The trunk it leads by, where it does. */
  readonly trunkId?: string | undefined;
  /** Who is shown there as the one who calls, where that is another than everywhere. */
  readonly callerNumber?: string | undefined;
  /** How often a redirection may be followed there; never unless given. */
  readonly redirects?: number | undefined;
}
