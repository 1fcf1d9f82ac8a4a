/** What delivering to a webhook takes of it. */
export interface Endpoint {
  readonly id: string;
  readonly uri: string;
  readonly method: 'POST' | 'PUT' | 'GET' | 'DELETE';
  /** As its owner wrote them; missing = all, `[]` = none. */
  readonly event_types?: readonly string[] | undefined;
  /** `disabled` is our doing: gone, or failing for days. */
  readonly status: 'active' | 'inactive' | 'disabled';
  /** Newest first. */
  readonly secrets: readonly string[];
  readonly auth?: { readonly username: string; readonly password: string } | undefined;
}
