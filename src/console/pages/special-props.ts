/** What a page of one kind is about. */
export interface SpecialProps {
  readonly thing: Readonly<Record<string, unknown>> & { readonly id: string };
}
