declare module 'which' {
  const which: { sync(program: string, options: { readonly path: string; readonly nothrow: true }): string | null };
  export default which;
}
