declare module '*.css' {
  /** The address of the stylesheet. */
  const address: string;
  export default address;
}
